#include "remote/ssh_session.hpp"

#include <libssh/libssh.h>

#include <cstdlib>

#include <fmt/format.h>

namespace fatespec::remote {
namespace {

// AES-GCM with 128 bits is the fastest there is on machines with AES instructions.
constexpr const char* ciphers =
    "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr";

std::string place_of(const SshAddress& address) {
  return address.port > 0 ? fmt::format("{}:{}", address.host, address.port) : address.host;
}

template <class Value>
void set(ssh_session session, ssh_options_e option, const Value& value) {
  ssh_options_set(session, option, &value);
}

void set_options(ssh_session session, const SshAddress& address) {
  ssh_options_set(session, SSH_OPTIONS_HOST, address.host.c_str());
  for (const auto direction : {SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C})
    ssh_options_set(session, direction, ciphers);
  ssh_options_parse_config(session, nullptr);
  set(session, SSH_OPTIONS_PROCESS_CONFIG, false);
  set(session, SSH_OPTIONS_NODELAY, 1);
  set(session, SSH_OPTIONS_TIMEOUT, static_cast<long>(base::seconds(address.patience)));
  if (address.port > 0) set(session, SSH_OPTIONS_PORT, static_cast<unsigned>(address.port));
  if (!address.user.empty()) ssh_options_set(session, SSH_OPTIONS_USER, address.user.c_str());
  if (!address.identity_file.empty()) ssh_options_set(session, SSH_OPTIONS_IDENTITY, address.identity_file.c_str());
  if (!address.known_hosts_file.empty())
    ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, address.known_hosts_file.c_str());
}

std::string fingerprint(ssh_session session) {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(session, &key) != SSH_OK) return "";
  unsigned char* hash = nullptr;
  std::size_t length = 0;
  std::string text;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == 0) {
    char* printed = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
    if (printed != nullptr) text = printed;
    ssh_string_free_char(printed);
    ssh_clean_pubkey_hash(&hash);
  }
  ssh_key_free(key);
  return text;
}

std::string known_hosts_line(ssh_session session) {
  char* line = nullptr;
  if (ssh_session_export_known_hosts_entry(session, &line) != SSH_OK) return "";
  std::string text = line;
  ssh_string_free_char(line);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

/// Empty if the host is who it should be.
std::string doubt_about_host(ssh_session session, const SshAddress& address) {
  const std::string file = address.known_hosts_file.empty() ? "~/.ssh/known_hosts" : address.known_hosts_file;
  const std::string advice = fmt::format("if {} is the fingerprint of its key, add this line to {}: {}",
                                         fingerprint(session), file, known_hosts_line(session));
  switch (ssh_session_is_known_server(session)) {
    case SSH_KNOWN_HOSTS_OK: return "";
    case SSH_KNOWN_HOSTS_CHANGED:
      return fmt::format(
          "the host key has CHANGED: this may be another machine that claims the name. "
          "If that is right, remove its old line from {} (ssh-keygen -R); {}",
          file, advice);
    case SSH_KNOWN_HOSTS_OTHER:
      return fmt::format("the host offers a key of another type than the known one; {}", advice);
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND: return fmt::format("the host key is not known; {}", advice);
    case SSH_KNOWN_HOSTS_ERROR: break;
  }
  return fmt::format("the known hosts cannot be read: {}", ssh_get_error(session));
}

std::string user_of(ssh_session session) {
  char* user = nullptr;
  if (ssh_options_get(session, SSH_OPTIONS_USER, &user) != SSH_OK) return "?";
  std::string name = user;
  ssh_string_free_char(user);
  return name;
}

std::string refused_key(ssh_session session, const SshAddress& address) {
  const char* agent = std::getenv("SSH_AUTH_SOCK");
  const std::string tried = address.identity_file.empty() ? "the usual keys in ~/.ssh" : address.identity_file;
  return fmt::format("no key of {} was accepted (tried: {}, {}); add the public key to its authorized_keys",
                     user_of(session), tried,
                     agent != nullptr && *agent != '\0' ? "the agent" : "no agent: SSH_AUTH_SOCK is not set");
}

}  // namespace

void SshSessionCloser::operator()(ssh_session_struct* session) const {
  ssh_disconnect(session);
  ssh_free(session);
}

boost::system::result<SshSession, SshProblem> open_session(const SshAddress& address) {
  const auto problem = [&](const std::string& message, bool may_pass = false) {
    return SshProblem{fmt::format("{}: {}", place_of(address), message), may_pass};
  };
  SshSession session(ssh_new());
  if (!session) return problem("out of memory");
  set_options(session.get(), address);
  if (ssh_connect(session.get()) != SSH_OK) return problem(ssh_get_error(session.get()), true);
  if (const auto doubt = doubt_about_host(session.get(), address); !doubt.empty()) return problem(doubt);
  const int none = ssh_userauth_none(session.get(), nullptr);
  if (none == SSH_AUTH_SUCCESS) return session;
  if (none == SSH_AUTH_ERROR) return problem(ssh_get_error(session.get()), true);
  switch (ssh_userauth_publickey_auto(session.get(), nullptr, nullptr)) {
    case SSH_AUTH_SUCCESS: return session;
    case SSH_AUTH_ERROR:
      if (!ssh_is_connected(session.get())) return problem(ssh_get_error(session.get()), true);
      [[fallthrough]];
    default: return problem(refused_key(session.get(), address));
  }
}

}  // namespace fatespec::remote
