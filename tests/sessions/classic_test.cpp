// Real recordings of the classic suite, with the reports that its own tools made of them.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "sessions/pickle_reader.hpp"
#include "sessions/text_reports.hpp"
#include "sessions/timeline.hpp"
#include "tests/sessions/collected.hpp"
#include "tests/support/support.hpp"

namespace fatespec::sessions {
namespace {

using test::read_file;

const std::string fixtures = FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/";

/// Reports in which the classic tools are wrong, with the reason; docs/sessions.md has the list.
const std::set<std::string> wrong_there = {
    // It did not come to its end: that is a crash, and no perfect play.
    "crash_midway.mp4.counter.txt",
    // It counts a scheduling fault again at every later event.
    "mixed.mp4.counter.txt",
    "number_formats.mp4.counter.txt",
};

std::vector<std::string> recordings() {
  std::vector<std::string> found;
  for (const char* session : {"genuine", "synthetic"})
    for (const auto& entry : std::filesystem::directory_iterator(fixtures + session + "/dbg"))
      if (entry.path().extension() == ".dbg")
        found.push_back(std::string(session) + "/" + entry.path().stem().string());
  return found;
}

class Classic : public testing::TestWithParam<std::string> {
 protected:
  std::string session() const { return GetParam().substr(0, GetParam().find('/')); }
  std::string sample() const { return GetParam().substr(GetParam().find('/') + 1); }
  std::string report(const std::string& kind) const {
    return fixtures + session() + "/reports/" + sample() + "." + kind;
  }
};

TEST_P(Classic, TextsAreTheSameToTheByte) {
  const auto recording = Recording::open(fixtures + session() + "/dbg/" + sample() + ".dbg");
  ASSERT_TRUE(recording) << recording.error().str();
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"all.txt", collected(report_all, *recording)},
      {"anomalies.txt", collected(report_anomalies, *recording)},
      {"counter.txt", report_counter(*recording)}};
  for (const auto& [kind, text] : texts) {
    if (!std::filesystem::exists(report(kind))) continue;
    const bool same = text == read_file(report(kind));
    EXPECT_EQ(same, !wrong_there.contains(sample() + "." + kind)) << kind << "\n" << text.substr(0, 2000);
  }
}

// The file that Python reads, against the one that the classic tool wrote; loaded by Python itself.
TEST_P(Classic, PythonReadsTheTimelineAsTheClassicOne) {
  if (!std::filesystem::exists(report("timeline.pkl"))) GTEST_SKIP() << "the classic tool made no timeline of it";
  const auto recording = Recording::open(fixtures + session() + "/dbg/" + sample() + ".dbg");
  const test::TemporaryDirectory directory;
  directory.write("ours.pkl", collected(timeline_pickle, *recording));
  const auto compared = test::shell(
      FATESPEC_PYTHON " -c 'import pickle; a, b = (pickle.load(open(f, \"rb\")) for f in (\"ours.pkl\", \"" +
          report("timeline.pkl") +
          "\")); print(len(a[0]) == len(b[0]), repr(a[0]) == repr(b[0]), repr(a[1:]) == repr(b[1:]))'",
      directory.path());
  // It takes 0 for the value before a current time that was None.
  const std::string expected = sample() == "none_times.mp4" ? "True False False\n" : "True True True\n";
  EXPECT_EQ(compared.out, expected) << compared.err;
}

INSTANTIATE_TEST_SUITE_P(Pyglet, Classic, testing::ValuesIn(recordings()), [](const auto& recording) {
  std::string name = recording.param;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

std::string pickled(const std::string& python) {
  return test::shell(FATESPEC_PYTHON " -c 'import pickle, sys; sys.stdout.buffer.write(pickle.dumps(" + python +
                     ", protocol=4))'")
      .out;
}

TEST(Pickle, NeverRunsAnything) {
  // What a stranger would send: loading it with Python creates the file.
  const test::TemporaryDirectory directory;
  const std::string evil = "cposix\nsystem\n(S'touch " + (directory / "owned") + "'\ntR.";
  const auto read = read_pickle(evil);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "pickle, byte 0: the opcode GLOBAL is not allowed in a recording");
  const auto reduce = read_pickle(std::string("\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.", 20));
  EXPECT_EQ(reduce.error().message, "pickle, byte 19: the opcode STACK_GLOBAL is not allowed in a recording");
  EXPECT_FALSE(std::filesystem::exists(directory / "owned"));
}

TEST(Pickle, SaysWhatIsWrongAndWhere) {
  const auto problem = [](const std::string& bytes) {
    const auto read = read_pickle(bytes);
    return read ? std::string("none") : read.error().message;
  };
  EXPECT_EQ(problem(""), "pickle, byte 0: it is cut");
  EXPECT_EQ(problem(pickled("[(\"version\", 1.1), (\"mp.im\", \"a\")]").substr(0, 30)), "pickle, byte 24: it is cut");
  EXPECT_NE(problem(pickled("[(\"version\", 1.1), (\"nosuch\", 1)]")).find("an event `nosuch` that is not known"),
            std::string::npos);
  EXPECT_NE(problem(pickled("[(\"version\", 1.1), 5]")).find("an element of the list is no tuple"), std::string::npos);
  EXPECT_NE(problem(pickled("{1: 2}")).find("the opcode EMPTY_DICT is not allowed"), std::string::npos);
  EXPECT_NE(problem(pickled("[()]")).find("a tuple that does not begin with the name of an event"), std::string::npos);
  EXPECT_NE(problem(pickled("[(\"mp.im\", 2**80)]")).find("a number of more than 64 bits"), std::string::npos);
  EXPECT_NE(problem("\x80\x04](" + std::string("j\xff\xff\xff\x7f.", 6)).find("a memo that was never made"),
            std::string::npos);
}

TEST(Pickle, AMemoBeyondTheEndTakesNoMemory) {
  const std::string far("\x80\x04]r\xff\x00\x00\x00.", 9);  // LONG_BINPUT 255, at byte 3
  const auto refused = read_pickle(far + std::string(1000, ' '));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "pickle, byte 3: a memo beyond what was there to remember");
}

TEST(Pickle, ATupleMayBeShortOrLongOrTwiceTheSame) {
  const auto recording =
      Recording::of_bytes(pickled("(lambda t: [(\"version\", 1.1), (\"mp.im\", \"x\"), t, t, (\"p.P.ut.1.0\", -3), "
                                  "(\"p.P.ut.1.9\", 1e-05, 1e16, 7), "
                                  "(\"p.P.oe\",)])((\"p.P.ut.1.0\", 0.25, None, 0, float(\"nan\")))"));
  ASSERT_TRUE(recording) << recording.error().str();
  EXPECT_EQ(collected(report_all, *recording),
            "   0 Play sample: x\n"
            "   0 Enter update_texture pyglet_dt: 0.25 current_time: None audio_time: 0 wall_time: nan\n"
            "   0 Enter update_texture pyglet_dt: 0.25 current_time: None audio_time: 0 wall_time: nan\n"
            "   0 Enter update_texture pyglet_dt: -3 current_time: None audio_time: 0 wall_time: nan\n"
            "   1     Re-scheduling, rescheduling_time: 1e-05 next_video_time: 1e+16\n"
            "   1 >>> play ends");
}

// A seek has no dt: report, counter and timeline go on all the same.
TEST(Pickle, ASeekInAVideoBreaksNothing) {
  const auto recording = Recording::open(fixtures + "synthetic/dbg/seek_dt.mp4.dbg");
  ASSERT_TRUE(recording);
  int rows = 0;
  visit_timeline(*recording, [&](const TimelineRow&) { ++rows; });
  EXPECT_GT(rows, 10);
  EXPECT_EQ(report_counter(*recording), "No anomalies detected.");
}

TEST(Timeline, CsvLeavesUnknownTimesEmpty) {
  const auto recording = Recording::open(fixtures + "synthetic/dbg/none_times.mp4.dbg");
  ASSERT_TRUE(recording);
  const std::string csv = collected(timeline_csv, *recording);
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "wall_time_s,player_time_s,audio_time_s,current_time_s,frame,rescheduling_time_s");
  EXPECT_NE(csv.find("0.44054008693396873,0.4401400869339687,,0.4401400869339687,12,"), std::string::npos) << csv;
}

}  // namespace
}  // namespace fatespec::sessions
