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

TEST(Location, OfAnotherKindIsRefusedWithoutItsPassword) {
  EXPECT_EQ(check_location("postgressql://me:hush@h/d").error().message,
            "results postgressql://…: results are kept in a file or at a server, postgresql://…");
  EXPECT_FALSE(check_location("mysql://h/d"));
  EXPECT_FALSE(check_location(":memory:"));
  for (const char* location : {"postgresql://h/d", "postgres:///d", "r.db", "/a/b://c", "a:b"})
    EXPECT_TRUE(check_location(location)) << location;
}

TEST(Location, IsShownWithoutPasswords) {
  EXPECT_EQ(shown("results.db"), "results.db");
  EXPECT_EQ(shown("postgresql://db.local/fate"), "postgresql://db.local/fate");
  EXPECT_EQ(shown("postgres://me@db.local:5433/fate"), "postgresql://me@db.local:5433/fate");
  EXPECT_EQ(shown("postgresql://me:hush@db.local/fate?sslmode=require"),
            "postgresql://me@db.local/fate?sslmode=require");
  EXPECT_EQ(shown("postgresql://me:hu?sh@db.local/fate?sslmode=prefer"),
            "postgresql://me@db.local/fate?sslmode=prefer");
  EXPECT_EQ(shown("postgresql://m%40e:hush@[::1]:5433/fate"), "postgresql://m%40e@[::1]:5433/fate");
  EXPECT_EQ(shown("postgresql:///fate?user=me&pass%77ord=hush&sslpassword=psst&host=%2Frun%2Fpg"),
            "postgresql://me@/fate?host=/run/pg");
  EXPECT_EQ(shown("postgresql://a:1,b:2/fate?password=hush"), "postgresql:///fate?host=a%2Cb&port=1%2C2");
  // What libpq takes for something else is not shown at all.
  EXPECT_EQ(shown("postgresql://me:hu/sh@db.local/fate"), "postgresql://***");
  EXPECT_EQ(shown("postgresql://me:12/sh@db.local/fate"), "postgresql://***");
  EXPECT_EQ(shown("postgresql://me:hu%zzsh@db.local/fate"), "postgresql://***");
}

TEST(Location, TextsAboutItLoseItsPasswords) {
  EXPECT_EQ(without_secrets("no token: \"hu%zzsh\"", "postgresql://me:hu%zzsh@h/d").find("hu%zz"), std::string::npos);
  EXPECT_EQ(without_secrets("a hu@sh b hu@sh", "postgresql:///d?password=hu%40sh"), "a *** b ***");
  EXPECT_EQ(without_secrets("nothing", "postgresql://me@h/d"), "nothing");
  EXPECT_EQ(without_secrets("nothing", "file.db"), "nothing");
}

}  // namespace
}  // namespace fatespec::results
