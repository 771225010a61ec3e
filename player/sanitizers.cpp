// Reports of sanitizers that are about other libraries than ours; linked into builds with sanitizers only. Here rather
// than in a file, since a test's program gets an environment without the sanitizers' variables.
//
// Debian's FFmpeg and SDL are not built with the thread sanitizer: it sees what they allocate, copy and free, and not
// the locks and atomics by which they hand it from one of their threads to another. libX11 destroys its lock while it
// holds it, and SDL's connection to the input method's bus is never given back.

// The names are the sanitizers'. NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libavcodec.so\n"
         "called_from_lib:libavformat.so\n"
         "called_from_lib:libavutil.so\n"
         "called_from_lib:libswresample.so\n"
         "called_from_lib:libSDL2-2.0.so\n"
         "mutex:libX11.so\n";
}

extern "C" const char* __lsan_default_suppressions() { return "leak:libdbus-1.so\nleak:libX11.so\n"; }
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
