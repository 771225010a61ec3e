#include "remote/board.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"

namespace fatespec::remote {
namespace {

namespace asio = boost::asio;
using runner::StationState;

/// An sshd allows ten sessions a connection (MaxSessions) and gives the slots back late.
constexpr std::size_t channels_a_link = 6;
constexpr int most_cuts = 10;  ///< of a board that was never ready
constexpr auto first_pause = std::chrono::milliseconds(100);
constexpr auto longest_pause = std::chrono::seconds(5);
/// A host that was never there is waited for only so long.
constexpr auto first_patience = std::chrono::seconds(10);
constexpr auto lock_interval = std::chrono::milliseconds(500);
constexpr int lock_not_written = 2;  // the status of `take_lock`
constexpr auto connecting_time = std::chrono::seconds(30);
constexpr auto closing_time = std::chrono::seconds(5);

base::SteadyTime now() { return std::chrono::steady_clock::now(); }

auto ticks(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(duration);
}

SshAddress address_of(const model::Target& target) {
  return {.host = target.host,
          .port = target.port,
          .user = target.user,
          .identity_file = target.identity_file,
          .known_hosts_file = target.known_hosts_file,
          .keepalive = target.keepalive};
}

std::vector<model::Deployment> inputs_to(const std::string& root, const std::vector<std::string>& inputs) {
  std::vector<model::Deployment> deployments;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    deployments.push_back({inputs[i], fmt::format("{}/input.{}", root, i), 0444, {}});
  return deployments;
}

}  // namespace

Board::Board(asio::io_context& loop, asio::thread_pool& pool, const model::Target& target, BoardOptions options)
    : loop_(loop),
      pool_(pool),
      target_(target),
      options_(std::move(options)),
      times_{.patience = target.keepalive},
      workspace_([this](const std::string& directory, std::function<void()> gone) { drop(directory, std::move(gone)); },
                 [this](const std::string& directory) {
                   if (control_) control_->ask("keep " + base::shell_quote(directory));
                 }),
      retry_(loop),
      alive_(loop) {
  settings_.run = options_.run;
  settings_.directory = target_.directory;
  settings_.patience = std::max(1, static_cast<int>(base::seconds(target_.keepalive)));
}

Board::~Board() { drop_connection(); }

// ---- Getting ready.

void Board::open(std::function<void()> changed) {
  changed_ = std::move(changed);
  away_since_ = now();
  pause_ = first_pause;
  asio::post(loop_, of_this_connection([this] { connect(); }));
}

void Board::new_link(std::function<void()> opened, std::function<void(const SshProblem&)> failed) {
  // A link is not destroyed from inside of its own handler.
  const auto later = [this, failed = std::move(failed)](const SshProblem& problem) {
    asio::post(loop_, of_this_connection([failed, problem] { failed(problem); }));
  };
  links_.push_back(std::make_unique<SshLink>(
      loop_, address_of(target_),
      SshLink::Handlers{
          .opened = std::move(opened), .failed = of_this_connection(later), .heard = [this] { heard_ = now(); }}));
}

void Board::connect() {
  ++connection_;
  settings_.token = new_token();
  settings_.root = fmt::format("{}/{}.{}", target_.directory, options_.run, connection_);
  workspace_.move_to(settings_.root);
  new_link(of_this_connection([this] { greet(); }), [this](const SshProblem& problem) { connection_failed(problem); });
  // The library does not limit every wait of its own.
  alive_.expires_after(connecting_time);
  alive_.async_wait(of_this_connection([this](boost::system::error_code code) {
    if (!code) connection_failed({"no answer while connecting", true});
  }));
}

void Board::connection_failed(const SshProblem& problem) {
  if (closed_) {  // nobody waits for anything any more; the board's supervisor cleans up by itself
    finish_closing();
    return;
  }
  if (state_ == StationState::ready) {
    lose(problem.message);
    return;
  }
  drop_connection();
  allow_for_a_cut_line();
  const auto patience = was_ready_ || cuts_before_ready_ > 0
                            ? target_.reconnect
                            : std::min<base::Duration>(first_patience, target_.reconnect);
  // While a host starts anew it may refuse for a while what it accepts later.
  const bool hopeless = !was_ready_ && (!problem.may_pass || cuts_before_ready_ > most_cuts);
  if (hopeless || now() - away_since_ > patience) {
    leave_run(was_ready_ ? fmt::format("{}; no way back for {} ({})", lost_because_, base::format_duration(patience),
                                       problem.message)
                         : problem.message);
    return;
  }
  trouble_ = problem.message;
  connect_later();
}

// Who has answered, and is lost while it waits for the lock or is sent files, is away from now on, as one that was
// ready.
void Board::allow_for_a_cut_line() {
  if (!std::exchange(has_answered_, false) || was_ready_) return;
  ++cuts_before_ready_;
  away_since_ = now();
  pause_ = first_pause;
}

void Board::connect_later() {
  retry_.expires_after(ticks(pause_));
  pause_ = std::min<base::Duration>(2 * pause_, longest_pause);
  retry_.async_wait(of_this_connection([this](boost::system::error_code code) {
    if (!code) connect();
  }));
}

void Board::greet() {
  heard_ = now();
  keep_alive();
  control_ = std::make_unique<Control>(*links_[0], settings_, of_this_connection([this](const std::string& problem) {
    asio::post(loop_, of_this_connection([this, problem] { connection_failed({problem, true}); }));
  }));
  control_->ask("prepare", of_this_connection([this](int status, const std::string& text) {
                  if (status == 0) return;
                  give_up(fmt::format("cannot write in {}: {}", target_.directory, base::trim(text)));
                }));
  if (target_.exec.empty()) control_->ask(install_launcher_order());
  control_->ask("hello", of_this_connection([this](int, const std::string& text) { greeted(text); }));
}

void Board::greeted(const std::string& text) {
  has_answered_ = true;
  const std::string boot_before = std::exchange(tools_, parse_hello(text)).boot;
  if (const std::string missing = missing_tool(tools_); !missing.empty()) {
    give_up(fmt::format("the board has no {}, which its supervisor needs", missing));
    return;
  }
  const bool went_down = !boot_before.empty() && tools_.boot != boot_before;
  if (went_down) lost_because_ = "it went down and has started anew";
  executions_.settle(went_down, lost_because_);
  waiting_since_ = now();
  take_lock();
}

void Board::take_lock() {
  control_->ask(
      fmt::format("take_lock {} {}", target_.shared ? "shared" : "exclusive", base::shell_quote(options_.who)),
      of_this_connection([this](int status, const std::string& text) { locked(status, text); }));
}

void Board::locked(int status, const std::string& text) {
  if (status == 0) {
    clear_remains();
    return;
  }
  if (status == lock_not_written) {
    give_up(fmt::format("its lock in {} cannot be written: is the disk full?", target_.directory));
    return;
  }
  const std::string holder = base::shorten(base::printable(base::trim(text)), 160);
  if (now() - waiting_since_ > target_.lock_wait) {
    give_up(fmt::format("it is held by {}, for more than {}; `shared: true` of both would let two in", holder,
                        base::format_duration(target_.lock_wait)));
    return;
  }
  if (holder != told_holder_) options_.say(fmt::format("{} is held by {}; waiting", target_.name, holder));
  told_holder_ = holder;
  trouble_ = "held by " + holder;
  retry_.expires_after(lock_interval);
  retry_.async_wait(of_this_connection([this](boost::system::error_code code) {
    if (!code) take_lock();
  }));
}

void Board::clear_remains() {
  control_->ask("slowly forget_others", of_this_connection([this](int, const std::string&) { deploy(); }));
}

void Board::deploy() {
  DeployRequest request{options_.run, target_.directory, target_.deploy, inputs_to(settings_.root, options_.inputs)};
  if (request.lasting.empty() && request.passing.empty()) {
    open_workers();
    return;
  }
  const auto began = now();
  deployer_ = std::make_shared<Deployer>(loop_, pool_, std::move(request), [this](const std::string& text) {
    options_.progress(text.empty() ? "" : target_.name + ": " + text);
  });
  deployer_->start(*links_[0], *control_, of_this_connection([this, began](const base::Result<void>& result) {
    if (result && deployer_->sent_files() > 0)
      options_.say(fmt::format("{}: {} files deployed, {:.1f} MB in {}", target_.name, deployer_->sent_files(),
                               static_cast<double>(deployer_->sent()) / 1e6, base::format_duration(now() - began)));
    deployed(result);
  }));
}

void Board::deployed(const base::Result<void>& result) {
  const bool was_cut = deployer_->was_cut();
  deployer_.reset();
  if (result) open_workers();
  else if (was_cut) connection_failed({result.error().str(), true});
  else give_up(result.error().str());
}

// The first connection has the control channel as well. More connections than are needed for the jobs are not opened.
void Board::open_workers() {
  const auto wanted = static_cast<std::size_t>(jobs());
  workers_.clear();
  workers_.resize(wanted);
  const auto open_on = [this](SshLink& link, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      workers_[i] = std::make_unique<Worker>(
          link, settings_, static_cast<int>(i),
          Worker::Handlers{.ready = of_this_connection([this] { worker_ready(); }),
                           .ended = of_this_connection([this, i](const std::string& problem, bool was_ready) {
                             asio::post(loop_, of_this_connection([this, i, problem, was_ready] {
                                          worker_ended(i, problem, was_ready);
                                        }));
                           })});
  };
  const std::size_t first = std::min(wanted, channels_a_link - 1);
  open_on(*links_[0], 0, first);
  for (std::size_t from = first; from < wanted; from += channels_a_link) {
    const std::size_t to = std::min(wanted, from + channels_a_link);
    const std::size_t number = links_.size();
    auto opened = std::make_shared<bool>(false);
    new_link(of_this_connection([this, open_on, number, from, to, opened] {
               *opened = true;
               open_on(*links_[number], from, to);
             }),
             [this, opened](const SshProblem& problem) { further_link_failed(problem, *opened); });
  }
}

// A host that takes fewer connections at once than asked for runs fewer tests; one that cuts a line is lost.
void Board::further_link_failed(const SshProblem& problem, bool was_open) {
  if (was_open) connection_failed(problem);
  else options_.say(fmt::format("{}: {}; fewer tests run there at once", target_.name, problem.message));
}

// Tests begin with the first worker; the others join as they come.
void Board::worker_ready() {
  sweeps_due_ = sweeps_after_a_test;
  if (state_ == StationState::ready) executions_.dispatch(workers_);
  else become_ready();
}

// A host that opens fewer sessions than asked for runs fewer tests at once.
void Board::worker_ended(std::size_t worker, const std::string& problem, bool was_ready) {
  if (was_ready) {
    lose(problem);
    return;
  }
  if (problem.empty()) {  // it ended by itself, or with the connection
    has_answered_ = false;
    connection_failed({"a supervisor could not begin", true});
    return;
  }
  workers_[worker].reset();
  if (std::none_of(workers_.begin(), workers_.end(), [](const auto& other) { return other != nullptr; }))
    give_up(problem);
  else options_.say(fmt::format("{}: {}; fewer tests run there at once", target_.name, problem));
}

void Board::become_ready() {
  if (was_ready_) options_.say(fmt::format("{} is back", target_.name));
  was_ready_ = true;
  pause_ = first_pause;
  trouble_.clear();
  set_state(StationState::ready);
  executions_.dispatch(workers_);
}

void Board::set_state(StationState state) {
  state_ = state;
  if (announced_ || !changed_) return;
  announced_ = true;
  asio::post(loop_, [this, alive = std::weak_ptr<int>(alive_token_)] {
    if (alive.expired()) return;
    announced_ = false;
    if (changed_) changed_();
  });
}

// ---- While it is ready.

// The lines have signs of life of their own (life_signs.hpp). This asks the supervisor, which may hang on a board that
// still answers.
void Board::keep_alive() {
  const auto interval = ticks(target_.keepalive) / 4;
  alive_.expires_after(interval);
  alive_.async_wait(of_this_connection([this, interval](boost::system::error_code code) {
    if (code) return;
    // While we were stopped nobody listened: what was said waits to be read.
    if (now() - alive_.expiry() > interval) heard_ = now();
    if (now() - heard_ > target_.keepalive) {
      connection_failed({fmt::format("no answer for {}", base::format_duration(target_.keepalive)), true});
      return;
    }
    if (control_) control_->ask("ping");
    sweep_escaped();
    keep_alive();
  }));
}

/// Ends what has left its test's process group and outlived it.
void Board::sweep_escaped() {
  if (sweeps_due_ == 0 || !control_) return;
  --sweeps_due_;
  control_->ask("sweep_unless" + executions_.at_work());
}

// ---- Losing it.

void Board::lose(const std::string& why) {
  if (closed_) {
    finish_closing();
    return;
  }
  lost_because_ = why;
  trouble_ = why;
  options_.say(fmt::format("{}: lost the connection ({}); connecting again", target_.name, why));
  drop_connection();
  away_since_ = now();
  pause_ = first_pause;
  set_state(StationState::away);
  connect_later();
}

void Board::drop_connection() {
  executions_.lose_all();
  if (deployer_) deployer_->stop();
  deployer_.reset();
  workers_.clear();
  control_.reset();
  links_.clear();
  ++connection_;
  alive_.cancel();
  retry_.cancel();
  options_.progress("");
}

// Later: a supervisor is not destroyed while it hands over an answer.
void Board::give_up(const std::string& why) {
  asio::post(loop_, of_this_connection([this, why] { leave_run(why); }));
}

void Board::leave_run(const std::string& why) {
  const bool first = state_ != StationState::gone;
  trouble_ = why;
  drop_connection();
  set_state(StationState::gone);
  executions_.settle(was_ready_, why);
  if (first) options_.say(fmt::format("{} is out of this run: {}", target_.name, why));
  if (closed_) finish_closing();
}

// ---- The end.

void Board::close(std::function<void()> closed) {
  closed_ = std::move(closed);
  changed_ = nullptr;
  if (state_ != StationState::ready || !control_) {
    // While it is away nobody can clean up there; its supervisor does, as soon as it notices.
    if (control_) control_->end_input();
    finish_closing();
    return;
  }
  control_->ask("farewell", of_this_connection([this](int, const std::string&) { finish_closing(); }));
  retry_.expires_after(closing_time);
  retry_.async_wait(of_this_connection([this](boost::system::error_code code) {
    if (!code) finish_closing();
  }));
}

void Board::finish_closing() {
  auto closed = std::exchange(closed_, nullptr);
  if (!closed) return;
  asio::post(loop_, [this, alive = std::weak_ptr<int>(alive_token_), closed = std::move(closed)] {
    if (!alive.expired()) {
      state_ = state_ == StationState::gone ? StationState::gone : StationState::away;
      drop_connection();
    }
    closed();
  });
}

}  // namespace fatespec::remote
