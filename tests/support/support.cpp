#include "tests/support/support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::test {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (fs::temp_directory_path() / "fatespec-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() { (void)base::remove_tree(path_); }

std::string TemporaryDirectory::write(const std::string& name, const std::string& content) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file.string();
}

SmallDisk::SmallDisk(const TemporaryDirectory& directory, const std::string& size) : path_(directory / "disk") {
  fs::create_directory(path_);
  is_mounted_ = shell("mount -t tmpfs -o size=" + size + " tmpfs disk", directory.path()).status == 0;
}

SmallDisk::~SmallDisk() {
  if (is_mounted_) shell("umount " + path_.string());
}

// What belongs to a process may end while it is read: a file of nobody is empty, as one that is not there.
std::string read_file(const std::string& path) try {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
} catch (const std::ios_base::failure&) {
  return {};
}

ProgramResult shell(const std::string& command, const fs::path& directory) {
  const TemporaryDirectory streams;
  const std::string line = "unset CI FFMPEG_PATH SAMPLES_PATH; cd " + base::shell_quote(directory.string()) + " && { " +
                           command + "\n} >" + streams / "out" + " 2>" + streams / "err" + " </dev/null";
  const int status = std::system(line.c_str());
  ProgramResult result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_file(streams / "out");
  result.err = read_file(streams / "err");
  return result;
}

ProgramResult fatespec(const std::string& arguments, const fs::path& directory) {
  return shell(FATESPEC_PROGRAM " " + arguments, directory);
}

const nlohmann::json& SuiteRun::operator[](const std::string& test) const {
  for (const auto& line : lines)
    if (line.value("test", "") == "s/" + test) return line;
  ADD_FAILURE() << "no result of " << test << "\n" << out << err;
  static const nlohmann::json none = nlohmann::json::object();
  return none;
}

SuiteRun run_suite(const TemporaryDirectory& directory, const std::string& tests, const std::string& arguments) {
  directory.write("suite.yaml", "suite: s\n" + tests);
  const ProgramResult program =
      fatespec("run suite.yaml --json results.jsonl --results none " + arguments, directory.path());
  return {program.status, program.out, program.err, json_lines(read_file(directory / "results.jsonl"))};
}

std::vector<nlohmann::json> json_lines(const std::string& text, const std::string& type) {
  std::vector<nlohmann::json> lines;
  for (const auto line : base::split_lines(text)) {
    auto parsed = nlohmann::json::parse(line);
    if (type.empty() || parsed["type"] == type) lines.push_back(std::move(parsed));
  }
  return lines;
}

std::set<std::string> tests_of(const std::string& file) {
  std::set<std::string> names;
  for (const auto& line : json_lines(read_file(file), "test_finished"))
    EXPECT_TRUE(names.insert(line["test"]).second) << "twice: " << line["test"];
  return names;
}

std::string little_endian(std::int64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return text;
}

std::string unshared_seconds() {
  static int calls = 0;
  return fmt::format("1234.{:07}{:03}", ::getpid(), ++calls);
}

bool process_exists(const std::string& text) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    std::string command = read_file((entry.path() / "cmdline").string());
    std::replace(command.begin(), command.end(), '\0', ' ');
    if (command.find(text) != std::string::npos) return true;
  }
  return false;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + limit;
  // Many a condition starts programs: what takes long is looked at less often.
  for (auto step = 5ms; std::chrono::steady_clock::now() < end; step = std::min(step * 3 / 2, 80ms)) {
    if (condition()) return true;
    std::this_thread::sleep_for(step);
  }
  return condition();
}

}  // namespace fatespec::test
