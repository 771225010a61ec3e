#include "cli/session/session_help.hpp"

namespace fatespec::cli {

const char* session_help(const std::string& topic) {
  if (topic == "layout")
    return R"(Samples and sessions share a directory: --samples-dir, $FATESPEC_SAMPLES_DIR, or the working directory.

  samples/clip.mp4                          a sample
  samples/activation.json                   the active session's name
  samples/NAME/configuration.json           what is protected; dev_debug allows recordings to be rewritten
  samples/NAME/dbg/clip.mp4.dbg             the recording of a sample (docs/recording-format.md)
  samples/NAME/dbg/clip.mp4.dbg.2, .3, ...  its further plays, of --repeat
  samples/NAME/dbg/clip.mp4.dbg.stderr      what its player said, if anything
  samples/NAME/dbg/_*.txt, _*.json          player and host, revision, sample set version, playlist, crash state
  samples/NAME/reports/                     texts, timelines, plots

The recordings of a run's {PLAYER} tests make a session too: .fatespec/recordings is its samples directory.
)";
  if (topic == "session")
    return R"(A session is one recording of every sample, by one player: what there was on that day. It is made once and kept.
Recordings are rewritten only with `dev_debug` in configuration.json, and the reports of earlier ones are then marked as
stale; `protect` forbids changes altogether. Recordings
and sessions of the classic suite (pickles) are read as they are, and opening one runs nothing.
)";
  if (topic == "workflow")
    return R"(  fatespec session new before                 before a change
  fatespec session run                        play all, retry what crashed, summarise
  ... change the player ...
  fatespec session new after
  fatespec session run
  fatespec session compare before             what appeared, went, grew
  fatespec session report clip.mp4 anomalies  what happened in one sample
  fatespec session compare before clip.mp4    event against event
  fatespec session plot clip.mp4              a page for the browser; --with before: both on one time line
  fatespec session export                     one file to send; fatespec session open FILE looks at it

fatespec session run DIRECTORY makes a session testrun_00, _01, ... by itself.
)";
  return R"(  new NAME [PLAYLIST]          make a session and activate it
  activate NAME, deactivate    which session commands are about
  protect, unprotect [raw_data|reports]
  status, list
  play [--repeat N] [--jobs N]  play every sample, each in a process of its own
  retry-crashed [--clean] [MAX]
  summarize                    00_summary.txt and the reports of what was not perfect
  run [SAMPLES_DIR]            play, retry-crashed, summarize
  report SAMPLE all|anomalies|counter
  timeline SAMPLE [--format csv|json|pkl]
  plot SAMPLE [--with OTHER]
  compare OTHER [SAMPLE] [--reldir DIR]
  export [FILE], open FILE [--as NAME]

report, summarize and compare take --format json. Every command takes --samples-dir DIR, those about a session --session NAME.
)";
}

}  // namespace fatespec::cli
