// How fast many writers at once fill a store: store_writers LOCATION WRITERS RESULTS TOGETHER. Each writer is a process
// of its own with a run of its own, as runners are; results look like those of a digest test. TOGETHER: how many are
// there at once; of a fast runner some hundreds within 50 ms. Prints the seconds.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "results/run_writer.hpp"

namespace {

using namespace fatespec;

std::shared_ptr<const model::TestResult> result(int number, int writer) {
  auto made = std::make_shared<model::TestResult>();
  made->test = fmt::format("codec-{}/stream-{}", number % 100, number);
  made->suite = fmt::format("codec-{}", number % 100);
  made->configuration = "default";
  made->target = "local";
  made->verdict = number % 50 == 0 ? model::Verdict::fail : model::Verdict::pass;
  made->reason = number % 50 == 0 ? "stdout differs first in line 1" : "";
  made->attempts = 1;
  made->status = 0;
  made->output.text = fmt::format("{:032x}\n", number * 2654435761U + (number % 50 == 0 ? writer : 0));
  made->output.bytes = made->output.text.size();
  made->wall = std::chrono::milliseconds(12);
  made->usage = {std::chrono::milliseconds(9), std::chrono::milliseconds(2), 20000};
  made->command = fmt::format("ffmpeg -i stream-{} -f md5 -", number);
  made->started = base::UtcTime(std::chrono::seconds(1'700'000'000 + number));
  return made;
}

int write_run(const std::string& location, int writer, int results, int together) {
  auto store = results::Store::open(location);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().str().c_str());
    return 1;
  }
  results::RunWriter out(std::move(*store),
                         [](const base::Error& error) { std::fprintf(stderr, "%s\n", error.str().c_str()); });
  const std::string run = fmt::format("{:06x}{:06x}", static_cast<unsigned>(::getpid()), writer);
  out.handle(model::RunStarted{run, "bench", "bench", static_cast<std::size_t>(results),
                               base::UtcTime(std::chrono::seconds(1))});
  for (int i = 0; i < results; ++i) {
    out.handle(model::TestFinished{result(i, writer)});
    if (i % together == together - 1 && !out.flush()) return 1;
  }
  out.handle(model::RunFinished{run, {}, std::chrono::seconds(1), base::UtcTime(std::chrono::seconds(2)), 0, ""});
  return out.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int writers = std::atoi(argv[2]);
  const int results = std::atoi(argv[3]);
  const int together = std::atoi(argv[4]);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < writers; ++i)
    if (::fork() == 0) ::_exit(write_run(argv[1], i, results, together));
  int failed = 0;
  for (int status = 0; ::wait(&status) > 0;) failed += status != 0 ? 1 : 0;
  std::printf("%.3f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return failed == 0 ? 0 : 1;
}
