#include "player/recording/crash_handler.hpp"

#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

namespace fatespec::player {
namespace {

using sessions::ThreadId;

constexpr std::array fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// Read in the signal handler; written before it is installed.
EventLog* crash_log = nullptr;
thread_local ThreadId current_thread = ThreadId::main;

struct AlternateStack {
  static constexpr std::size_t size = std::size_t{64} << 10;
  alignas(16) std::array<char, size> memory;
};

// Only what is safe in a signal handler: the recorder neither locks nor allocates as long as there is room.
void say(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

const char* name_of_fatal(int signal) {
  switch (signal) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    default: return "SIGABRT";
  }
}

void crashed(int signal, siginfo_t* info, void*) {
  std::array<char, 16> name{};
  ::prctl(PR_GET_NAME, name.data());
  crash_log->emit(sessions::EventKind::crash, current_thread, std::int64_t{signal},
                  static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(info->si_addr)),
                  std::string_view(name.data()));
  say("fatespec-player: crashed by ");
  say(name_of_fatal(signal));
  say(" in thread `");
  say(name.data());
  say("`\n");
  // Back to what the signal does by itself. It may have been sent, so that nothing would raise it again.
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

void record_crashes(EventLog& log) {
  crash_log = &log;
  struct sigaction action {};
  action.sa_sigaction = crashed;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : fatal_signals) ::sigaction(signal, &action, nullptr);
}

void prepare_thread(ThreadId thread) {
  current_thread = thread;
  // The main thread's name is the process's: that stays the program's.
  if (thread != ThreadId::main) ::pthread_setname_np(::pthread_self(), sessions::name_of(thread).data());
  // A sanitizer's own stack stays: it wants that one back.
  stack_t present{};
  if (::sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) == 0) return;
  thread_local AlternateStack stack;
  stack_t alternate{};
  alternate.ss_sp = stack.memory.data();
  alternate.ss_size = AlternateStack::size;
  ::sigaltstack(&alternate, nullptr);
}

}  // namespace fatespec::player
