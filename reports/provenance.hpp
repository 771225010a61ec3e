// Who changed a reference, when and from what: a file of JSON Lines beside the spec file, to be committed with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::reports {

struct ProvenanceRecord {
  std::string test;
  std::string configuration;
  std::string
      reference;  ///< its file relative to the spec file, or "stdout" or "stderr" for one that stands in the spec file
  std::string decision;  ///< "accepted" or "refused"
  std::string change;    ///< the class: "timestamps only"
  std::string reason;    ///< of the person; may be empty
  std::string who;
  std::string when;  ///< UTC, ISO 8601
  std::string run;
  std::string revision;  ///< of the source tree in the working directory, as git describes it; "none"
  std::string command;
  std::string binary;            ///< path of $FFMPEG_PATH
  std::string binary_sha256;     ///< at the time of the decision
  std::string binary_version;    ///< its first line of -version
  bool binary_is_newer = false;  ///< than the run: it may not be what made the output
  std::string old_sha256;        ///< of the reference; empty if there was none
  std::string new_sha256;
};

/// suites/h264.yaml -> suites/h264.provenance.jsonl
std::filesystem::path provenance_file(const std::filesystem::path& spec_file);

/// Adds records at the end of the file, which is replaced as a whole.
base::Result<void> add_provenance(const std::filesystem::path& file, const std::vector<ProvenanceRecord>& records);

/// The records of a file, the oldest first; none if there is no such file. Lines that are none are passed over.
base::Result<std::vector<ProvenanceRecord>> read_provenance(const std::filesystem::path& file);

/// Several lines for people.
std::string provenance_text(const ProvenanceRecord& record);
/// One line of JSON.
std::string provenance_json(const ProvenanceRecord& record);

}  // namespace fatespec::reports
