// What kind of change a new reference is, and what is known of where it comes from.
#pragma once

#include <optional>
#include <string>

#include "model/plan.hpp"
#include "model/result.hpp"
#include "reports/provenance.hpp"

namespace fatespec::cli {

/// "timestamps only", "1 frame", "all frames, same size", "frames missing", "header only", "digest", "blanks only",
/// "text", "new".
std::string class_of_change(const std::optional<std::string>& old_text, const std::string& new_text);

/// The facts that are the same for every decision of one review: who, when, the revision of the working directory.
reports::ProvenanceRecord facts_of_review();

/// Adds path, digest and version of a test's $FFMPEG_PATH; each program is asked once.
void add_binary(const model::PlannedTest& test, const model::Run& run, reports::ProvenanceRecord& record);

}  // namespace fatespec::cli
