# What the HTML pages carry inside comes from npm, at the versions of reports/pages/package-lock.json. Without npm or a
# network the build goes on: `fatespec session plot` then says what is missing.
find_program(NPM_PROGRAM npm)
set(FATESPEC_PAGES_DIR ${PROJECT_BINARY_DIR}/npm/pages)
set(uplot_dir ${FATESPEC_PAGES_DIR}/node_modules/uplot/dist)

set(pages_lock ${PROJECT_SOURCE_DIR}/reports/pages/package-lock.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages_lock})
file(SHA256 ${pages_lock} pages_lock_digest)
if(NOT EXISTS ${FATESPEC_PAGES_DIR}/${pages_lock_digest} AND NPM_PROGRAM)
  file(COPY ${PROJECT_SOURCE_DIR}/reports/pages/package.json ${pages_lock} DESTINATION ${FATESPEC_PAGES_DIR})
  execute_process(
    COMMAND ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY ${FATESPEC_PAGES_DIR}
    RESULT_VARIABLE npm_result
    OUTPUT_VARIABLE npm_output
    ERROR_VARIABLE npm_output
    TIMEOUT 120)
  if(npm_result EQUAL 0)
    file(WRITE ${FATESPEC_PAGES_DIR}/${pages_lock_digest} "")
  else()
    message(WARNING "npm ci failed: pages will have no plots.\n${npm_output}")
  endif()
endif()
if(EXISTS ${uplot_dir}/uPlot.iife.min.js)
  set(FATESPEC_PLOT_LIBRARY ${uplot_dir}/uPlot.iife.min.js ${uplot_dir}/uPlot.min.css)
else()
  message(WARNING "uPlot is not there (is npm installed?): `fatespec session plot` will say so.")
  set(FATESPEC_PLOT_LIBRARY "")
endif()
