#include "imports/fate_command.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "imports/fate_programs.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::imports {
namespace {

constexpr const char* title = "-metadata title=lavftest";
constexpr const char* source_pictures = "$BUILD_PATH/tests/vsynth1/%02d.pgm";
constexpr const char* source_sound = "$BUILD_PATH/tests/data/asynth1.sw";

/// The commands of one test, put together as the script's functions do it.
class Translator : FatePrograms {
 public:
  explicit Translator(const FateTest& test) : FatePrograms(test) {}

  FateCommand run() {
    std::string pipe;
    if (!read_words(pipe)) return failed("its command needs more of a shell than can be translated");
    const std::string function = words_.front();
    words_.erase(words_.begin());
    static const std::map<std::string, void (Translator::*)()> functions = {
        {"run", &Translator::program},
        {"runecho", &Translator::program},
        {"runlocal", &Translator::script},
        {"ffmpeg", &Translator::plain},
        {"framecrc", &Translator::framecrc},
        {"framemd5", &Translator::framemd5},
        {"crc", &Translator::crc},
        {"md5pipe", &Translator::md5pipe},
        {"md5", &Translator::md5},
        {"pcm", &Translator::pcm},
        {"fmtstdout", &Translator::fmtstdout},
        {"ffmetadata", &Translator::ffmetadata},
        {"enc_dec_pcm", &Translator::enc_dec_pcm},
        {"enc_dec", &Translator::enc_dec},
        {"transcode", &Translator::transcode},
        {"stream_remux", &Translator::stream_remux},
        {"lavf_audio", &Translator::lavf_audio},
        {"lavf_container", &Translator::lavf_container},
        {"lavf_container_attach", &Translator::lavf_container_attach},
        {"lavf_container_timecode", &Translator::lavf_container_timecode},
        {"lavf_container_timecode_drop", &Translator::lavf_container_drop},
        {"lavf_container_timecode_nodrop", &Translator::lavf_container_nodrop},
        {"lavf_container_fate", &Translator::lavf_container_fate},
        {"lavf_image", &Translator::lavf_image},
        {"lavf_image2pipe", &Translator::lavf_image2pipe},
        {"lavf_video", &Translator::lavf_video},
        {"pixfmt_conversion", &Translator::pixfmt_conversion},
        {"video_filter", &Translator::video_filter},
        {"pixfmts", &Translator::pixfmts},
        {"refcmp_metadata", &Translator::refcmp_metadata},
        {"cmp_metadata", &Translator::cmp_metadata},
        {"concat", &Translator::concat},
        {"probefmt", &Translator::probefmt},
        {"probetags", &Translator::probetags},
        {"probeframes", &Translator::probeframes},
        {"probechapters", &Translator::probechapters},
        {"probeaudiostream", &Translator::probeaudiostream},
        {"ffprobe_demux", &Translator::ffprobe_demux},
    };
    const auto found = functions.find(function);
    if (found == functions.end()) return failed(fmt::format("its function `{}` is not known here", function));
    (this->*found->second)();
    if (!pipe.empty()) {
      if (!result_.in_build) return failed("its command needs more of a shell than can be translated");
      result_.line += " | " + pipe;
    }
    return std::move(result_);
  }

 private:
  static FateCommand failed(std::string why) {
    FateCommand command;
    command.problem = std::move(why);
    return command;
  }

  bool read_words(std::string& pipe) {
    const std::string line = without_patterns(test_.command);
    auto words = specs::simple_words(line);
    if (!words) {
      const auto bar = line.rfind(" | ");
      if (bar == std::string::npos) return false;
      pipe = line.substr(bar + 3);
      words = specs::simple_words(line.substr(0, bar));
    }
    if (!words || words->empty()) return false;
    words_ = std::move(*words);
    return true;
  }

  // What is handed over: argument N of the test function, from 1; empty if there is none.
  std::string argument(std::size_t number) const { return number <= words_.size() ? words_[number - 1] : ""; }
  Words from(std::size_t number) const {
    return number <= words_.size() ? Words(words_.begin() + static_cast<std::ptrdiff_t>(number) - 1, words_.end())
                                   : Words();
  }

  std::string file(const std::string& ending) const { return "tests/data/fate/" + test_.name + ending; }

  static std::string digest_and_size(const std::string& name) {
    return fmt::format("md5sum -b {0}; echo $(wc -c {0})", quoted(name));
  }
  void add(const std::string& step, const char* joint = "; ") {
    if (!result_.line.empty()) result_.line += joint;
    result_.line += step;
  }
  void make_folder(const std::string& folder) { add("mkdir -p " + quoted(folder)); }
  void encode(const std::string& name, Words parts) {
    parts.push_back(name);
    add(avconv(parts));
    add(digest_and_size(name));
  }
  void decode_crc(const std::string& name, Words parts) {
    parts.emplace_back("-f crc -");
    add("printf '%s ' " + quoted(name));
    add(avconv(parts));
  }

  // Programs of the build tree, and ffmpeg with one output on stdout.
  void in_build(std::string line) {
    result_.in_build = true;
    result_.line = std::move(line);
  }
  void program() {
    Words words = launching(argument(1) == "ffmpeg" ? "$FFMPEG_PATH" : "$BUILD_PATH/" + argument(1));
    for (const auto& word : from(2)) words.push_back(here(word));
    in_build(joined(words));
  }
  void script() {
    Words words = {"$BUILD_PATH/" + test_.script_directory + "/" + argument(1)};
    for (const auto& word : from(2)) words.push_back(here(word));
    words.push_back(test_.script_directory);
    in_build(joined(words));
  }
  void plain() { in_build(ffmpeg(words_)); }
  void framecrc() { in_build(ffmpeg_of(words_, {"-bitexact -f framecrc -"})); }
  void framemd5() { in_build(ffmpeg_of(words_, {"-bitexact -f framemd5 -"})); }
  void ffmetadata() { in_build(ffmpeg_of(words_, {"-bitexact -f ffmetadata -"})); }
  void crc() { in_build(ffmpeg_of(words_, {"-f crc -"})); }
  void md5pipe() { in_build(ffmpeg_of(words_, {"md5:"})); }
  void pcm() { in_build(ffmpeg_of({"-auto_conversion_filters"}, with(words_, {"-vn -f s16le -"}))); }
  void fmtstdout() { in_build(ffmpeg_of({"-bitexact"}, with(from(2), {"-bitexact -f " + argument(1) + " -"}))); }
  static Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  void probefmt() {
    in_build(ffprobe(with({"-show_entries", "format=format_name", "-print_format", "default=nw=1:nk=1"}, words_)));
  }
  void probetags() { in_build(ffprobe(with({"-show_entries", "format_tags"}, words_))); }
  void probeframes() { in_build(ffprobe(with({"-show_frames"}, words_))); }
  void probechapters() { in_build(ffprobe(with({"-show_chapters"}, words_))); }
  void probeaudiostream() {
    in_build(ffprobe(with(
        {"-show_entries", "stream=codec_name,codec_time_base,sample_fmt,channels,channel_layout:side_data"}, words_)));
  }
  void ffprobe_demux() {
    const std::string name = argument(1).substr(argument(1).rfind('/') + 1);
    Words words =
        with(launching("$BUILD_PATH/ffprobe"), {"-print_filename", name, "-of", "compact", "-bitexact", "-show_format",
                                                "-show_streams", "-show_packets", "-show_data_hash", "CRC32"});
    for (const auto& word : words_) words.push_back(here(word));
    in_build(joined(words));
  }

  // Files are written into the test's own directory, by the names that references have for them.
  void md5() {
    // Not {MD5FILE}: of a reference with a further line FATE thinks otherwise.
    const std::string written = test_.name + ".out";
    add(ffmpeg_of({"-y"}, with(words_, {written})) + " || exit");
    add("md5sum -b " + quoted(written) + " | cut -d' ' -f1");
  }

  void enc_dec_pcm() {
    const std::string encoded = file("." + argument(1));
    make_folder("tests/data/fate");
    add(ffmpeg_of({"-auto_conversion_filters -i " + of_build(argument(4))},
                  with(from(5), {"-f " + argument(1) + " -y " + encoded})));
    add(ffmpeg({fmt::format("-auto_conversion_filters -bitexact -i {} -c:a pcm_{} -fflags +bitexact -f {} -", encoded,
                            argument(3), argument(2))}),
        " && ");
  }

  void enc_dec() {
    const std::string format = argument(3);
    const std::string encoded = file("." + format);
    const std::string decoded = file(".out." + argument(5));
    const std::string source = of_build(argument(2));
    std::string options = argument(4);
    const auto encoding = [&](const std::string& more) {
      return ffmpeg({"-auto_conversion_filters -f " + argument(1), decoder_options(), "-i " + source, encoder_options(),
                     more, fate_bitexact, "-f " + format + " -y " + encoded});
    };
    make_folder("tests/data/fate");
    if (!argument(9).empty()) {
      const std::string log = file(".pass1");
      add(ffmpeg({"-auto_conversion_filters -f " + argument(1), decoder_options(), "-i " + source, encoder_options(),
                  options, fate_bitexact, "-pass 1 -passlogfile " + log, "-f " + format + " -y " + encoded}) +
          " || exit");
      options += " -pass 2 -passlogfile " + log;
    }
    add(encoding(options) + " || exit");
    add(digest_and_size(encoded));
    add(ffmpeg({"-auto_conversion_filters", argument(7), decoder_options(), "-i " + encoded, encoder_options(),
                argument(6), fate_bitexact, "-f " + argument(5) + " -y " + decoded}) +
        " || exit");
    add("md5sum -b " + decoded);
    add(fmt::format("$BUILD_PATH/tests/tiny_psnr {} {} {} {}", quoted(source), decoded, test_.unit, test_.shift));
    // Without it the comparison's own status does not count.
    if (argument(8).empty()) add("true");
    else add(ffprobe(with(split(argument(8)), {encoded})));
  }

  void transcode() {
    const std::string encoded = file("." + argument(3));
    const std::string more = argument(7).empty() ? "" : decoder_options() + " " + argument(7);
    make_folder("tests/data/fate");
    add(ffmpeg({"-f " + argument(1), decoder_options(), "-i " + of_build(argument(2)), more, encoder_options(),
                argument(4), fate_bitexact, "-f " + argument(3) + " -y " + encoded}) +
        " || exit");
    add(digest_and_size(encoded));
    add(ffmpeg({decoder_options(), argument(8), "-i " + encoded, encoder_options(), fate_bitexact, argument(5),
                "-f framecrc -"}));
    if (!argument(6).empty()) add(ffprobe(with(split(argument(6)), {encoded})), " && ");
  }

  void stream_remux() {
    const std::string encoded = file("." + argument(3));
    make_folder("tests/data/fate");
    add(ffmpeg({"-f " + argument(1) + " -i " + of_build(argument(2)), argument(4), "-codec copy", fate_bitexact,
                "-f " + argument(3) + " -y " + encoded}) +
        " || exit");
    add(ffmpeg({decoder_options(), "-i " + encoded, encoder_options(), fate_bitexact, argument(5), "-f framecrc -"}));
    if (!argument(6).empty()) add(ffprobe(with(split(argument(6)), {encoded})), " && ");
  }

  // Muxers.
  std::string muxer() const { return test_.name.starts_with("lavf-") ? test_.name.substr(5) : test_.name; }
  void lavf_audio() {
    const std::string name = "tests/data/lavf/lavf." + muxer();
    make_folder("tests/data/lavf");
    encode(name, {"-auto_conversion_filters", decoder_options(), argument(1), "-ar 44100 -f s16le -i", source_sound,
                  encoder_options(), title, "-t 1 -qscale 10", argument(2)});
    if (argument(4) != "disable_crc")
      decode_crc(name, {"-auto_conversion_filters", decoder_options(), argument(3), "-i", name});
  }
  void container(const std::string& of_sound, const std::string& options, const std::string& of_reading) {
    const std::string name = "tests/data/lavf/lavf." + muxer();
    if (result_.line.empty()) make_folder("tests/data/lavf");
    encode(name, {"-auto_conversion_filters", decoder_options(), "-f image2 -c:v pgmyuv -i", source_pictures,
                  decoder_options(), "-ar 44100 -f s16le", of_sound, "-i", source_sound, encoder_options(), title,
                  "-b:a 64k -t 1 -qscale:v 10", options});
    if (of_reading != "disable_crc")
      decode_crc(name, {"-auto_conversion_filters", decoder_options(), "-i", name, of_reading});
  }
  void lavf_container() { container(argument(1), argument(2), argument(3)); }
  void lavf_container_attach() {
    container("",
              argument(1) + " -attach $BUILD_PATH/tests/vsynth1/00.pgm -metadata:s:t mimetype=image/x-portable-greymap",
              "");
  }
  void lavf_container_nodrop() { container("", argument(1) + " -timecode 02:56:14:13", ""); }
  void lavf_container_drop() { container("", argument(1) + " -timecode 02:56:14.13 -r 30000/1001", ""); }
  void lavf_container_timecode() {
    lavf_container_nodrop();
    lavf_container_drop();
    container("", argument(1), "");
  }
  void lavf_container_fate() {
    const std::string kind = test_.name.starts_with("lavf-fate-") ? test_.name.substr(10) : test_.name;
    const std::string name = "tests/data/lavf-fate/lavf." + kind;
    make_folder("tests/data/lavf-fate");
    encode(name, {"-auto_conversion_filters", decoder_options(), argument(2), "-i", "$SAMPLES_PATH/" + argument(1),
                  encoder_options(), title, "-vcodec copy -acodec copy"});
    decode_crc(name, {"-auto_conversion_filters", decoder_options(), "-i", name, argument(3)});
  }
  void lavf_image() {
    const std::string folder = "tests/data/images/" + muxer();
    const std::string name = folder + "/%02d." + muxer();
    const std::string second = folder + "/02." + muxer();
    make_folder(folder);
    add(avconv({decoder_options(), "-f image2 -c:v pgmyuv -i", source_pictures, argument(1), encoder_options(), title,
                "-vf scale -frames 13 -y -qscale 10", name}));
    if (argument(3).empty()) add(digest_and_size(second));
    decode_crc(name, {"-auto_conversion_filters", decoder_options(), argument(2), "-i", name, argument(2)});
  }
  void lavf_image2pipe() {
    const std::string kind = muxer().substr(0, muxer().size() - std::string_view("pipe").size());
    const std::string name = "tests/data/lavf/" + kind + "pipe." + kind;
    make_folder("tests/data/lavf");
    encode(name, {"-auto_conversion_filters", decoder_options(), "-f image2 -c:v pgmyuv -i", source_pictures,
                  "-f image2pipe", encoder_options(), title, "-t 1 -qscale 10"});
    decode_crc(name, {"-auto_conversion_filters", decoder_options(), "-f image2pipe -i", name});
  }
  void lavf_video() {
    const std::string name = "tests/data/lavf/lavf." + muxer();
    make_folder("tests/data/lavf");
    encode(name, {"-auto_conversion_filters", decoder_options(), "-f image2 -c:v pgmyuv -i", source_pictures,
                  encoder_options(), title, "-t 1 -qscale 10", argument(1), argument(2)});
    decode_crc(name, {"-auto_conversion_filters", decoder_options(), "-i", name, argument(1)});
  }

  // Pixel formats and filters.
  void pixfmt_conversion() {
    const std::string format = test_.name.starts_with("pixfmt-") ? test_.name.substr(7) : test_.name;
    const std::string raw = "tests/data/pixfmt/" + format + ".out.yuv";
    make_folder("tests/data/pixfmt");
    add(avconv({decoder_options(), "-r 1 -f image2 -c:v pgmyuv -i", source_pictures, encoder_options(),
                "-f rawvideo -t 1 -s 352x288 -pix_fmt", format, raw}));
    encode("tests/data/pixfmt/" + format + ".yuv", {decoder_options(), "-f rawvideo -s 352x288 -pix_fmt", format, "-i",
                                                    raw, encoder_options(), "-f rawvideo -s 352x288 -pix_fmt yuv444p"});
  }
  std::string filtered(const std::string& label, const std::string& filters, const Words& more) const {
    return fmt::format("printf '%-20s' {}; {}", label,
                       ffmpeg_of({decoder_options(), std::string("-f image2 -vcodec pgmyuv -i ") + source_pictures,
                                  fate_bitexact, encoder_options(), "-vf", filters, "-vcodec rawvideo -frames:v 5"},
                                 with(more, {"-f nut md5:"})));
  }
  void video_filter() {
    const std::string label = test_.name.starts_with("filter-") ? test_.name.substr(7) : test_.name;
    in_build(filtered(quoted(label), argument(1), from(2)));
  }
  void pixfmts() {
    constexpr std::string_view prefix = "filter-pixfmts-";
    std::string filter = test_.name.starts_with(prefix) ? test_.name.substr(prefix.size()) : test_.name;
    filter = filter.substr(0, filter.rfind('_'));
    const std::string frames = argument(3).empty() ? "1" : argument(3);
    const std::string lister = joined(launching("$BUILD_PATH/libavfilter/tests/filtfmts"));
    const auto formats = [&](const std::string& of, const char* side) {
      return fmt::format("{} {} | tr -d '\\r' | sed -n 's/^{}.* fmt:\\([^ ]*\\).*/\\1/p' | sort", lister, quoted(of),
                         side);
    };
    add(formats("scale", "INPUT") + " >scale.in");
    add(formats("scale", "OUTPUT") + " >scale.out");
    add(formats(filter, "INPUT") + " >filter.in");
    // A name that the shell puts in while it goes through the formats: quoting must leave it alone.
    constexpr std::string_view placeholder = "@FORMAT@";
    std::string each = filtered(std::string(placeholder),
                                fmt::format("{}scale,format={},{}={}", argument(2), placeholder, filter, argument(1)),
                                {fmt::format("-pix_fmt {} -frames:v {}", placeholder, frames)});
    for (std::size_t at = 0; (at = each.find(placeholder)) != std::string::npos;)
      each.replace(at, placeholder.size(), within_quotes(each, at) ? "'$format'" : "$format");
    add("comm -12 scale.in scale.out | comm -12 - filter.in | while read -r format; do " + each + "; done");
  }
  static bool within_quotes(const std::string& line, std::size_t at) {
    return std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at), '\'') % 2 == 1;
  }

  void metadata(const std::string& before, const std::string& graph, const std::string& fuzz) {
    in_build(fmt::format("{} | awk -v ref={} -v fuzz={} -f $BUILD_PATH/{}/refcmp-metadata.awk -",
                         ffmpeg({before, fate_bitexact, encoder_options(), "-lavfi", graph, "-f null /dev/null"}),
                         "$BUILD_PATH/" + reference_path(), fuzz.empty() ? "0.001" : fuzz, test_.script_directory));
  }
  std::string reference_path() const {
    return test_.reference.empty() ? test_.script_directory + "/ref/fate/" + test_.name : test_.reference;
  }
  void refcmp_metadata() {
    metadata("-auto_conversion_filters",
             fmt::format("testsrc2=size=300x200:rate=1:duration=5,format={},split[ref][tmp];[tmp]avgblur=4[enc];[enc]"
                         "[ref]{},metadata=print:file=-",
                         argument(2), argument(1)),
             argument(3));
  }
  void cmp_metadata() {
    metadata("",
             fmt::format("testsrc2=size=300x200:rate=1:duration=5,format={},{},metadata=print:file=-", argument(2),
                         argument(1)),
             argument(3));
  }

  void concat() {
    const std::string list = file(".ffconcat");
    make_folder("tests/data/fate");
    // The list names its files relative to itself.
    add("ln -s $BUILD_PATH/tests/data/lavf tests/data/lavf");
    add(fmt::format("sed 's#%SRCFILE%#{}#g' {} >{}", argument(2), quoted(of_build(argument(1))), list));
    Words options = {"-show_streams", "-show_packets"};
    const bool digest = argument(3) == "md5";
    if (!digest) options.insert(options.end(), {"-of", "compact=p=0:nk=1"});
    options.insert(options.end(), {"-safe", "0"});
    for (const auto& word : split(argument(4))) options.push_back(word);
    options.push_back(list);
    if (!digest) return add(ffprobe(options));
    add(ffprobe(options) + " | tr -d '\\r' >" + file(".ffprobe"));
    add("md5sum -b " + file(".ffprobe"));
  }

  Words words_;
  FateCommand result_;
};

}  // namespace

FateCommand fate_command(const FateTest& test) { return Translator(test).run(); }

}  // namespace fatespec::imports
