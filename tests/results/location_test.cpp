#include "results/location.hpp"

#include <gtest/gtest.h>

namespace fatespec::results {
namespace {

TEST(Location, IsAServerOrAFile) {
  EXPECT_TRUE(is_server("postgresql://db.local/fate"));
  EXPECT_TRUE(is_server("postgres:///fate"));
  EXPECT_FALSE(is_server("postgresql.db"));
  EXPECT_FALSE(is_server(".fatespec/results.db"));
}

TEST(Location, IsShownWithoutPasswords) {
  EXPECT_EQ(shown("results.db"), "results.db");
  EXPECT_EQ(shown("postgresql://db.local/fate"), "postgresql://db.local/fate");
  EXPECT_EQ(shown("postgresql://me@db.local:5433/fate"), "postgresql://me@db.local:5433/fate");
  EXPECT_EQ(shown("postgresql://me:hush@db.local/fate?sslmode=require"),
            "postgresql://me@db.local/fate?sslmode=require");
  EXPECT_EQ(shown("postgresql://me:hu@sh:x@db.local/fate"), "postgresql://me@db.local/fate");
  EXPECT_EQ(shown("postgresql://me:hush@[::1]:5433/fate"), "postgresql://me@[::1]:5433/fate");
  EXPECT_EQ(shown("postgresql:///fate?user=me&password=hush&sslpassword=psst&host=h"),
            "postgresql:///fate?user=me&password=***&sslpassword=***&host=h");
  EXPECT_EQ(shown("postgresql://:hush@/fate"), "postgresql://@/fate");
}

TEST(Location, TextsAboutItLoseItsPasswords) {
  EXPECT_EQ(without_secrets("no token: \"hu%zzsh\"", "postgresql://me:hu%zzsh@h/d"), "no token: \"***\"");
  EXPECT_EQ(without_secrets("a hush b hush", "postgresql:///d?password=hush"), "a *** b ***");
  EXPECT_EQ(without_secrets("nothing", "postgresql://me@h/d"), "nothing");
  EXPECT_EQ(without_secrets("nothing", "file.db"), "nothing");
}

}  // namespace
}  // namespace fatespec::results
