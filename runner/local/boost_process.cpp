// The one place where Boost.Process v2 is compiled.
#include <boost/optional.hpp>
#include <boost/type_traits/remove_pointer.hpp>
//
#include <boost/process/v2/src.hpp>
