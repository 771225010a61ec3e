#include "cli/references/reference_edit.hpp"

#include <filesystem>
#include <optional>

#include "base/file.hpp"
#include "specs/suite_editor.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

base::Result<std::string> edited_suite(const model::PlannedTest& test, const specs::ExpectationEdit& edit) {
  const auto text = base::read_file(test.suite->file);
  if (!text) return text.error();
  return specs::edit_expectation(test.suite->file, *text, edit);
}

}  // namespace

// The suite is edited first and written last: a file that nothing names would stay behind.
base::Result<void> apply_proposal(const Proposal& proposal) {
  const auto& test = *proposal.test;
  std::optional<specs::ExpectationEdit> edit;
  if (proposal.reference_file.empty()) edit = {test.spec->name, proposal.stream, proposal.new_text};
  else if (proposal.adds_file_key)
    edit = {test.spec->name, "stdout_file", "refs/" + fs::path(proposal.reference_file).filename().string()};
  const auto edited = edit ? edited_suite(test, *edit) : base::Result<std::string>("");
  if (!edited) return edited.error();
  if (!proposal.reference_file.empty()) {
    if (auto made = base::make_directories(fs::path(proposal.reference_file).parent_path()); !made) return made;
    if (auto written = base::write_file_atomically(proposal.reference_file, proposal.new_text); !written)
      return written;
  }
  return edit ? base::write_file_atomically(test.suite->file, *edited) : base::Result<void>();
}

}  // namespace fatespec::cli
