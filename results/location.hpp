// Where results are kept: a file, or a database of a PostgreSQL server.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace fatespec::results {

/// True for postgresql://… and postgres://…, the connection URIs of libpq; everything else is an SQLite file.
bool is_server(const std::string& location);

/// A misspelt URI would become a file of that name, with its password.
base::Result<void> check_location(const std::string& location);

/// What a URI says, by libpq's names of parameters; nothing if libpq does not take it for one.
std::optional<std::map<std::string, std::string>> parameters_of(const std::string& uri);

/// The location as it may be shown and stored: without a password.
std::string shown(const std::string& location);

/// A text about the location, which a library may have quoted from it, without its password.
std::string without_secrets(std::string text, const std::string& location);

}  // namespace fatespec::results
