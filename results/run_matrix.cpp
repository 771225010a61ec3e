#include "results/run_matrix.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "results/connection.hpp"
#include "results/store.hpp"

namespace fatespec::results {
namespace {

constexpr std::size_t batch = 4096;

char letter_of(const std::string& verdict) {
  const auto known = model::verdict_named(verdict);
  return verdict_letters[static_cast<std::size_t>(known.value_or(model::Verdict::error))];
}

std::uint32_t small(long long value) {
  return static_cast<std::uint32_t>(std::clamp<long long>(value, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// Reads rows by the thousand: a million of them are nothing special here.
class MatrixReader {
 public:
  MatrixReader(soci::session& session, std::size_t runs) : session_(session), runs_(runs) {}

  void read_run(std::size_t column, const std::string& name) {
    std::vector<long long> tests(batch);
    std::vector<std::string> verdicts(batch);
    std::vector<long long> cpu(batch);
    std::vector<long long> rss(batch);
    soci::statement statement =
        (session_.prepare << "SELECT test_id, verdict, user_us + system_us, max_rss_kib FROM results WHERE run_id = "
                             "(SELECT id FROM runs WHERE name = :run)",
         soci::use(name), soci::into(tests), soci::into(verdicts), soci::into(cpu), soci::into(rss));
    statement.execute();
    while (statement.fetch()) {
      for (std::size_t i = 0; i < tests.size(); ++i) {
        TestRow& row = row_of(tests[i]);
        row.verdicts[column] = letter_of(verdicts[i]);
        row.cpu_us[column] = small(cpu[i]);
        row.rss_kib[column] = small(rss[i]);
      }
      for (auto* values : {&tests, &cpu, &rss}) values->resize(batch);
      verdicts.resize(batch);
    }
  }

  void read_names() {
    std::vector<long long> ids(batch);
    std::vector<std::string> names(batch);
    std::vector<std::string> configurations(batch);
    soci::statement statement = (session_.prepare << "SELECT id, name, configuration FROM tests", soci::into(ids),
                                 soci::into(names), soci::into(configurations));
    statement.execute();
    while (statement.fetch()) {
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto place = places_.find(ids[i]);
        if (place == places_.end()) continue;
        rows_[place->second].test = names[i];
        rows_[place->second].configuration = configurations[i];
      }
      ids.resize(batch);
      names.resize(batch);
      configurations.resize(batch);
    }
  }
  std::vector<TestRow> take() { return std::move(rows_); }

 private:
  TestRow& row_of(long long test) {
    const auto [place, is_new] = places_.try_emplace(test, rows_.size());
    if (is_new)
      rows_.push_back(
          {"", "", std::string(runs_, '-'), std::vector<std::uint32_t>(runs_), std::vector<std::uint32_t>(runs_)});
    return rows_[place->second];
  }

  soci::session& session_;
  std::size_t runs_;
  std::unordered_map<long long, std::size_t> places_;
  std::vector<TestRow> rows_;
};

}  // namespace

base::Result<RunMatrix> Store::matrix(const std::string& run, std::size_t most) {
  auto all = recent_runs(std::numeric_limits<int>::max());
  if (!all) return all.error();
  const auto last = std::find_if(all->begin(), all->end(), [&](const auto& one) { return one.id == run; });
  RunMatrix matrix;
  for (auto one = last; one != all->end() && matrix.runs.size() < most; ++one) matrix.runs.push_back(*one);
  std::reverse(matrix.runs.begin(), matrix.runs.end());
  return limited(*connection_, [&]() -> base::Result<RunMatrix> {
    MatrixReader reader(connection_->session, matrix.runs.size());
    for (std::size_t i = 0; i < matrix.runs.size(); ++i) reader.read_run(i, matrix.runs[i].id);
    reader.read_names();
    matrix.tests = reader.take();
    return std::move(matrix);
  });
}

}  // namespace fatespec::results
