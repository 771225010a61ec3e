// What a worker on a board is told to run; remote/supervisor/worker.sh takes it.
#pragma once

#include <string>
#include <vector>

#include "remote/board_services.hpp"
#include "runner/executor.hpp"

namespace fatespec::remote {

/// The order as a text of sh. `words`: of a command that needs no shell; empty: a shell runs it.
std::string worker_order(BoardServices& board, const runner::ExecutionRequest& request,
                         const std::vector<std::string>& words);

}  // namespace fatespec::remote
