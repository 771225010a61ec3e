// Where a long text goes, piece by piece: the events of a long play are 100 MB of it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fatespec::sessions {

using TextSink = std::function<void(std::string_view)>;

/// Collects small pieces into large ones.
class SinkBuffer {
 public:
  explicit SinkBuffer(const TextSink& sink) : sink_(sink) { text_.reserve(enough + enough / 4); }
  SinkBuffer(const SinkBuffer&) = delete;
  SinkBuffer& operator=(const SinkBuffer&) = delete;
  ~SinkBuffer() { sink_(text_); }

  /// To append to. To be called once for each line or record: between them the text may be handed on.
  std::string& text() {
    if (text_.size() > enough) {
      sink_(text_);
      text_.clear();
    }
    return text_;
  }

 private:
  static constexpr std::size_t enough = std::size_t{256} << 10;
  const TextSink& sink_;
  std::string text_;
};

}  // namespace fatespec::sessions
