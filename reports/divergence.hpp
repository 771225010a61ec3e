// Where the content of two outputs parts, for people: lines for the terminal, a page with pictures and waves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::reports {

/// One stream of the outputs.
struct StreamDivergence {
  int stream = 0;
  std::string finding;  ///< what the packets say: which frame differs first, how many
  std::string content;  ///< what fatespec-frames says of it, JSON; empty if it was not asked
  std::string folder;   ///< of its pictures, relative to the page
  /// Which frames the pictures show, from 0; nothing where there is none.
  std::optional<std::size_t> expected_frame = {};
  std::optional<std::size_t> actual_frame = {};
};

struct DivergencePage {
  std::string test;
  std::string configuration;
  std::string expected;  ///< where the expected side comes from, a command line or a file
  std::string actual;
  std::vector<StreamDivergence> streams;
  std::string status;  ///< how the two commands' ends differ; empty if they do not

  bool differs() const { return !streams.empty() || !status.empty(); }
};

/// True if what fatespec-frames says of two sounds is that nothing differs.
bool are_equal_sounds(const std::string& content);

/// Several lines about one stream, the most telling first.
std::vector<std::string> divergence_lines(const StreamDivergence& stream);

/// Of all components of all pictures that were compared; nothing if there were none.
std::optional<double> lowest_psnr(const DivergencePage& page);

/// A page that shows pictures beside it, and loads nothing else.
std::string divergence_html(const DivergencePage& page);

}  // namespace fatespec::reports
