// A machine that runs tests of one target, as the scheduler sees it.
#pragma once

#include <functional>
#include <string>

#include "runner/executor.hpp"
#include "runner/workspace.hpp"

namespace fatespec::runner {

enum class StationState {
  away,   ///< being connected to, or again after a loss: nothing can be started, but may be soon
  ready,  ///< commands can be started
  gone,   ///< it will not come back in this run
};

/// Used on the loop's thread.
class Station {
 public:
  virtual ~Station() = default;
  /// What results call it: `local`, or the name of a board.
  virtual const std::string& name() const = 0;
  virtual bool is_local() const = 0;
  /// How many tests run on it at once.
  virtual int jobs() const = 0;
  virtual StationState state() const = 0;
  /// One line: why it is away or gone.
  virtual std::string trouble() const = 0;
  virtual Executor& executor() = 0;
  virtual Workspace& workspace() = 0;
  /// Begins to get ready. `changed` is called, never from inside of this, whenever state() changes.
  virtual void open(std::function<void()> changed) = 0;
  /// Nothing more will run on it. `closed` is called once, perhaps at once, when nothing of ours is left there.
  virtual void close(std::function<void()> closed) = 0;
};

}  // namespace fatespec::runner
