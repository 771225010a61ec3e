#include "results/libpq.hpp"

#define BOOST_DLL_USE_STD_FS
#include <fmt/format.h>
#include <boost/dll/shared_library.hpp>

namespace fatespec::results {
namespace {

base::Result<Libpq> load() {
  constexpr const char* name = "libpq.so.5";
  static boost::dll::shared_library library;
  try {
    library.load(name, boost::dll::load_mode::search_system_folders);
    return Libpq{&library.get<decltype(PQconninfoParse)>("PQconninfoParse"),
                 &library.get<decltype(PQconninfoFree)>("PQconninfoFree"),
                 &library.get<decltype(PQfreemem)>("PQfreemem"), &library.get<decltype(PQping)>("PQping"),
                 &library.get<decltype(PQsocket)>("PQsocket")};
  } catch (const std::exception& error) {
    return base::Error{base::ErrorKind::io,
                       fmt::format("PostgreSQL's client library {} cannot be loaded: {}", name, error.what())};
  }
}

}  // namespace

const base::Result<Libpq>& libpq() {
  static const base::Result<Libpq> loaded = load();
  return loaded;
}

}  // namespace fatespec::results
