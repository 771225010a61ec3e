// A display that shows nothing.
#pragma once

#include "player/display.hpp"

namespace fatespec::player {

class Headless final : public Display {
 public:
  void prepare(const AVFrame&) override {}
  void show() override {}
  void redraw() override {}
  void set_overlay(std::vector<std::string>) override {}
  void toggle_full_screen() override {}
  std::optional<UserAction> poll() override { return std::nullopt; }
  std::string driver() const override { return "none"; }
  void wait(Time length) override;
};

}  // namespace fatespec::player
