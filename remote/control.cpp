#include "remote/control.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::remote {
namespace {

/// Of the manifest of a million files.
constexpr std::size_t longest_answer = std::size_t{256} << 20U;

}  // namespace

Control::Control(SshLink& link, const SupervisorSettings& settings, std::function<void(std::string)> ended)
    : output_(settings.token) {
  channel_ = link.run(supervisor_command(),
                      {.data = [this](Stream stream, const std::string& bytes) { data(stream, bytes); },
                       .drained = {},
                       .closed =
                           [this, ended = std::move(ended)](int status, const std::string& problem) {
                             const std::string said = base::shorten(base::printable(base::trim(complaint_)), 200);
                             ended(problem.empty() ? fmt::format("its supervisor ended with status {}{}{}", status,
                                                                 said.empty() ? "" : ": ", said)
                                                   : problem);
                           }});
  channel_->write(control_script(settings));
}

void Control::ask(const std::string& order, Reply reply) {
  waiting_.push_back(std::move(reply));
  channel_->write("reply " + order + "\n");
}

void Control::data(Stream stream, const std::string& bytes) {
  channel_->consumed(stream, bytes.size());
  constexpr std::size_t enough = 4096;
  if (stream == Stream::error) complaint_ += bytes.substr(0, enough - std::min(enough, complaint_.size()));
  else
    output_.feed(
        bytes,
        [this](std::string_view text) {
          if (text_.size() < longest_answer) text_ += text;  // what is cut is no answer that can be read
        },
        [this](const std::string& text) { message(text); });
}

void Control::message(const std::string& text) {
  const std::string said = std::exchange(text_, {});
  const auto words = base::split(text, ' ');
  if (words[0] != "reply" || words.size() != 2 || waiting_.empty()) return;
  const Reply reply = std::move(waiting_.front());
  waiting_.pop_front();
  if (reply) reply(static_cast<int>(base::parse_integer(words[1]).value_or(-1)), said);
}

}  // namespace fatespec::remote
