# What the HTML pages carry inside, and what their tests drive a browser with, comes from npm at the versions of the lock
# files. Without npm or a network the build goes on: `fatespec session plot` then says what is missing.
find_program(NPM_PROGRAM npm)

# fatespec_npm(NAME FOLDER): installs what FOLDER/package-lock.json says into build/npm/NAME, once for each version of it.
function(fatespec_npm name folder)
  set(place ${PROJECT_BINARY_DIR}/npm/${name})
  set(lock ${folder}/package-lock.json)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${lock})
  file(SHA256 ${lock} digest)
  if(EXISTS ${place}/${digest} OR NOT NPM_PROGRAM)
    return()
  endif()
  file(COPY ${folder}/package.json ${lock} DESTINATION ${place})
  execute_process(
    COMMAND ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY ${place}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
    TIMEOUT 120)
  if(result EQUAL 0)
    file(WRITE ${place}/${digest} "")
  else()
    message(WARNING "npm ci failed in ${place}:\n${output}")
  endif()
endfunction()

fatespec_npm(pages ${PROJECT_SOURCE_DIR}/reports/pages)
set(uplot_dir ${PROJECT_BINARY_DIR}/npm/pages/node_modules/uplot/dist)
if(EXISTS ${uplot_dir}/uPlot.iife.min.js)
  set(FATESPEC_PLOT_LIBRARY ${uplot_dir}/uPlot.iife.min.js ${uplot_dir}/uPlot.min.css)
else()
  message(WARNING "uPlot is not there (is npm installed?): `fatespec session plot` will say so.")
  set(FATESPEC_PLOT_LIBRARY "")
endif()
