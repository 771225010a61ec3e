// The verdicts; docs/exit-codes.md says what each means.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace fatespec::model {

enum class Verdict { pass, fail, crash, timeout, xfail, xpass, skip, error };

inline constexpr std::array<Verdict, 8> all_verdicts = {Verdict::pass,    Verdict::fail,  Verdict::crash,
                                                        Verdict::timeout, Verdict::xfail, Verdict::xpass,
                                                        Verdict::skip,    Verdict::error};

std::string_view name_of(Verdict verdict);
std::optional<Verdict> verdict_named(std::string_view name);
/// fail, crash, timeout, xpass or error: something to look at.
bool is_bad(Verdict verdict);

}  // namespace fatespec::model
