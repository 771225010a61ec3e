// A display that shows nothing. Keys come from the terminal, if there is one.
#pragma once

#include <memory>

#include "player/picture/display.hpp"
#include "player/terminal_keys.hpp"

namespace fatespec::player {

class Headless final : public Display {
 public:
  /// `keys` may be null.
  explicit Headless(std::unique_ptr<TerminalKeys> keys) : keys_(std::move(keys)) {}

  void prepare(const AVFrame&) override {}
  void show() override {}
  void redraw() override {}
  void set_overlay(std::vector<std::string>) override {}
  void toggle_full_screen() override {}
  std::optional<UserAction> poll() override;
  std::string driver() const override { return "none"; }
  void wait(Time length) override;

 private:
  std::unique_ptr<TerminalKeys> keys_;
};

}  // namespace fatespec::player
