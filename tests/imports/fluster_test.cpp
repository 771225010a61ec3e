// Suites of fluster, imported and run against real decoders.
#include "imports/fluster.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/support.hpp"

namespace fatespec::imports {
namespace {

namespace fs = std::filesystem;

class Fluster : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(directory_ / "samples"); }
  /// An import of a suite with these vectors; the suite is written to s.yaml.
  FlusterImport import(const std::string& vectors, const std::string& more = "") {
    directory_.write("s.json", R"({"name": "S", "codec": "H.264", "description": "d")" + more +
                                   R"(, "test_vectors": [)" + vectors + "]}");
    auto imported = import_fluster(directory_ / "s.json", directory_ / "samples");
    EXPECT_TRUE(imported) << imported.error().message;
    directory_.write("s.yaml", imported->yaml);
    return std::move(*imported);
  }
  std::string make_stream(const std::string& path) {
    fs::create_directories(fs::path(directory_ / path).parent_path());
    test::shell("ffmpeg -nostdin -v error -f lavfi -i testsrc=s=64x48:d=0.2 -pix_fmt yuv420p -c:v ffv1 -f matroska '" +
                    path + "'",
                directory_.path());
    return test::shell("md5sum <'" + path + "'", directory_.path()).out.substr(0, 32);
  }
  std::string raw_md5(const std::string& path) {
    return test::shell("ffmpeg -nostdin -v error -i " + path + " -f rawvideo - | md5sum", directory_.path())
        .out.substr(0, 32);
  }
  test::ProgramResult run() {
    return test::fatespec("run s.yaml --no-progress --results none --set FFMPEG_PATH=ffmpeg", directory_.path());
  }

  test::TemporaryDirectory directory_;
};

std::string vector(const std::string& name, const std::string& result, const std::string& file = "a.mkv",
                   const std::string& checksum = "__skip__", const std::string& format = "yuv420p") {
  return R"({"name": ")" + name + R"(", "source": "http://x/)" + file + R"(", "source_checksum": ")" + checksum +
         R"(", "input_file": ")" + file + R"(", "output_format": ")" + format + R"(", "result": ")" + result +
         R"(", "profile": "Main 10"})";
}

TEST_F(Fluster, VectorsRunAndAreJudged) {
  const std::string checksum = make_stream("samples/S/good/a.mkv");
  make_stream("samples/S/bad/a.mkv");
  const std::string result = raw_md5("samples/S/good/a.mkv");
  const auto imported = import(vector("good", result, "a.mkv", checksum) + "," + vector("bad", std::string(32, '0')));
  EXPECT_EQ(imported.skipped(), 0U);
  const auto ran = run();
  EXPECT_NE(ran.out.find("2 tests: 1 pass, 1 fail"), std::string::npos) << ran.out << ran.err;
  EXPECT_NE(test::fatespec("list s.yaml --filter 'tag(profile-main_10)' --set FFMPEG_PATH=ffmpeg", directory_.path())
                .out.find("S/good"),
            std::string::npos);
}

TEST_F(Fluster, WhatCannotBeReproducedIsSkippedWithTheReason) {
  make_stream("samples/S/wrong/a.mkv");
  make_stream("samples/S/unknown/a.mkv");
  make_stream("samples/S/none/a.mkv");
  const auto imported =
      import(vector("missing", std::string(32, '0'), "b.mkv") + "," +
             vector("wrong", std::string(32, '0'), "a.mkv", std::string(32, '1')) + "," +
             vector("unknown", std::string(32, '0'), "a.mkv", "__skip__", "Unknown") + "," + vector("none", ""));
  ASSERT_EQ(imported.skipped(), 4U);
  EXPECT_EQ(imported.vectors[0].skipped, "b.mkv is not in " + directory_ / "samples");
  EXPECT_EQ(imported.vectors[1].skipped.find("a.mkv is not the stream that is meant: its MD5 is "), 0U);
  EXPECT_EQ(imported.vectors[2].skipped, "the pixel format of its result is not known (`Unknown`)");
  EXPECT_EQ(imported.vectors[3].skipped, "the suite has no result for it");
  EXPECT_NE(run().out.find("4 tests: 4 skip"), std::string::npos);
}

TEST_F(Fluster, NegativeVectorsMustFail) {
  fs::create_directories(directory_ / "samples/S/broken");
  directory_.write("samples/S/broken/a.mkv", "nothing that a decoder takes");
  make_stream("samples/S/fine/a.mkv");
  import(vector("broken", "") + "," + vector("fine", ""), R"(, "negative_test": true)");
  EXPECT_NE(run().out.find("2 tests: 1 pass, 1 fail"), std::string::npos);
}

TEST_F(Fluster, PixelsMayDifferByTwo) {
  make_stream("samples/S/near/a.mkv");
  make_stream("samples/S/far/a.mkv");
  for (const auto& [name, step] : {std::pair("near", "2"), std::pair("far", "3")})
    test::shell(std::string("ffmpeg -nostdin -v error -i samples/S/") + name +
                    "/a.mkv -f rawvideo raw && " FATESPEC_PYTHON
                    " -c \"b = "
                    "bytearray(open('raw', 'rb').read()); b[100] = b[100] + " +
                    step + " if b[100] < 128 else b[100] - " + step + "; open('samples/S/" + name +
                    "/a.yuv', 'wb').write(b)\"; rm raw",
                directory_.path());
  fs::rename(directory_ / "samples/S/near", directory_ / "samples/S/x_$y");  // a dollar sign is no variable
  import(vector("x_$y", "") + "," + vector("far", ""), R"(, "test_method": "pixel")");
  const auto ran = run();
  EXPECT_NE(ran.out.find("2 tests: 1 pass, 1 fail"), std::string::npos) << ran.out << ran.err;
}

TEST_F(Fluster, NamesOfAStrangerStayNames) {
  const auto imported = import(vector("../../x", std::string(32, '0'), "../../etc/passwd") + "," +
                               vector("a'; touch owned; '", std::string(32, '0')) + "," +
                               vector("$(touch owned)", std::string(32, '0'), "$(touch owned)"));
  EXPECT_EQ(imported.vectors[0].skipped, "its path leads out of the samples");
  EXPECT_EQ(imported.vectors[0].name, ".._.._x");
  EXPECT_EQ(test::fatespec("check s.yaml --set FFMPEG_PATH=ffmpeg", directory_.path()).status, 0);
  make_stream("samples/S/q/$(touch owned)");
  run();
  EXPECT_FALSE(fs::exists(directory_ / "owned"));
}

TEST_F(Fluster, OtherFilesAreRefused) {
  const auto message = [&](const std::string& text) {
    directory_.write("s.json", text);
    return import_fluster(directory_ / "s.json", directory_ / "samples").error().message;
  };
  EXPECT_NE(message("[]").find("s.json: this is no suite of fluster"), std::string::npos);
  EXPECT_NE(message("{\"name\": \"x\"}").find("it has no `name` or no `test_vectors`"), std::string::npos);
  EXPECT_NE(message("{\"name\": \"x\", \"test_vectors\": []}").find("its `test_vectors` are empty: nothing to run"),
            std::string::npos);
  EXPECT_NE(message("{\"name\": \"x\", \"test_vectors\": [1]}").find("a vector without `name` or `input_file`"),
            std::string::npos);
}

// The real suite with the real streams, where they are.
TEST(FlusterConformance, EveryStreamThatIsThereHasItsResult) {
  const fs::path shared = fs::path(FATESPEC_SOURCE_DIR).parent_path() / "shared";
  if (!fs::exists(shared / "fluster/JVT-AVC_V1.json") || !fs::exists(shared / "samples/h264"))
    GTEST_SKIP() << "the conformance streams are not beside this source tree";
  const auto imported = import_fluster(shared / "fluster/JVT-AVC_V1.json", shared / "samples/h264");
  ASSERT_TRUE(imported) << imported.error().message;
  const auto there = imported->vectors.size() - imported->skipped();
  EXPECT_GT(there, 10U);
  const test::TemporaryDirectory directory;
  directory.write("s.yaml", imported->yaml);
  const auto ran = test::fatespec("run s.yaml --no-progress --results none --set FFMPEG_PATH=ffmpeg", directory.path());
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_NE(ran.out.find(std::to_string(there) + " pass"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace fatespec::imports
