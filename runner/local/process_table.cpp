#include "runner/local/process_table.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
#include "runner/local/kernel_file.hpp"

namespace fatespec::runner {
namespace {

/// proc(5): "pid (name) state ppid pgrp session …"; the name may hold anything, so what counts begins at the last ')'.
bool parse_stat(const std::string& text, ProcessEntry& entry) {
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return false;
  const auto fields = base::split(std::string_view(text).substr(end_of_name + 2), ' ');
  constexpr std::size_t start_time = 19;  // of the fields after the name; proc(5) counts it as the 22nd
  if (fields.size() <= start_time || fields[0].empty()) return false;
  const auto number = [&](std::size_t i) { return static_cast<pid_t>(base::parse_integer(fields[i]).value_or(0)); };
  entry.start = static_cast<std::uint64_t>(base::parse_integer(fields[start_time]).value_or(0));
  entry.state = fields[0][0];
  entry.parent = number(1);
  entry.group = number(2);
  entry.session = number(3);
  return true;
}

}  // namespace

ProcessTable ProcessTable::read() {
  ProcessTable table;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), ::closedir);
  while (directory) {
    const dirent* name = ::readdir(directory.get());
    if (name == nullptr) break;
    const auto pid = base::parse_integer(name->d_name);
    if (!pid) continue;
    if (const auto entry = process_entry(static_cast<pid_t>(*pid))) table.entries_.push_back(*entry);
  }
  return table;
}

std::vector<ProcessEntry> ProcessTable::tree_of(pid_t leader, const std::string& marker,
                                                const std::set<pid_t>& known) const {
  auto tree = members(leader, marker, known);
  std::erase_if(tree, [](const ProcessEntry& entry) { return !entry.is_alive(); });
  return tree;
}

std::vector<ProcessEntry> ProcessTable::members(pid_t leader, const std::string& marker, std::set<pid_t> found) const {
  const pid_t self = ::getpid();
  found.insert(leader);
  for (const auto& entry : entries_) {
    if (entry.session == leader || entry.group == leader) found.insert(entry.pid);
    else if (!marker.empty() && entry.parent == self && environment_has(entry.pid, marker)) found.insert(entry.pid);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& entry : entries_)
      if (found.contains(entry.parent)) grew = found.insert(entry.pid).second || grew;
  }
  std::vector<ProcessEntry> tree;
  for (const auto& entry : entries_)
    if (found.contains(entry.pid)) tree.push_back(entry);
  return tree;
}

std::vector<ProcessEntry> leaves_of(const std::vector<ProcessEntry>& tree) {
  std::vector<ProcessEntry> leaves;
  std::copy_if(tree.begin(), tree.end(), std::back_inserter(leaves), [&](const auto& process) {
    return std::none_of(tree.begin(), tree.end(), [&](const auto& other) { return other.parent == process.pid; });
  });
  return leaves;
}

std::optional<ProcessEntry> process_entry(pid_t pid) {
  ProcessEntry entry;
  entry.pid = pid;
  if (!parse_stat(read_kernel_file(fmt::format("/proc/{}/stat", pid)), entry)) return std::nullopt;
  return entry;
}

std::vector<std::string> environment_of(pid_t pid) {
  std::vector<std::string> entries;
  const std::string text = read_kernel_file(fmt::format("/proc/{}/environ", pid));
  for (const auto entry : base::split(text, '\0')) entries.emplace_back(entry);
  return entries;
}

bool environment_has(pid_t pid, const std::string& marker) {
  const auto entries = environment_of(pid);
  return std::find(entries.begin(), entries.end(), marker) != entries.end();
}

std::string program_name(pid_t pid) {
  const std::string text = read_kernel_file(fmt::format("/proc/{}/comm", pid));
  return std::string(base::trim(text));
}

long machine_tasks() {
  const std::string text = read_kernel_file("/proc/loadavg");  // "0.10 0.20 0.30 1/234 5678"
  const auto fields = base::split(text, ' ');
  if (fields.size() < 4) return 0;
  const auto slash = fields[3].find('/');
  if (slash == std::string_view::npos) return 0;
  return static_cast<long>(base::parse_integer(fields[3].substr(slash + 1)).value_or(0));
}

}  // namespace fatespec::runner
