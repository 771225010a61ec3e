// PostgreSQL's client library, loaded when a server is first spoken of. Linked as others are it would come with every
// start of a program of ours, together with the libraries that it needs (Kerberos, LDAP, GnuTLS). Most runs keep their
// results in a file, and would pay for them in time and memory.
#pragma once

#include <libpq-fe.h>

#include "base/error.hpp"

namespace fatespec::results {

/// The functions that SOCI does not offer, as <libpq-fe.h> declares them.
struct Libpq {
  decltype(&PQconninfoParse) conninfo_parse;
  decltype(&PQconninfoFree) conninfo_free;
  decltype(&PQfreemem) freemem;
  decltype(&PQping) ping;
  decltype(&PQsocket) socket;
};

/// Loads it once, for the life of the process. Thread safe.
const base::Result<Libpq>& libpq();

}  // namespace fatespec::results
