# fatespec_embed(TARGET HEADER NAMESPACE FILES…): writes generated/HEADER with one
# `inline constexpr EmbeddedFile` an input (its name and its text), so that the program carries its files inside.
function(fatespec_embed target header namespace)
  set(output ${PROJECT_BINARY_DIR}/generated/${header})
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
  list(JOIN ARGN "|" inputs)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DNAMESPACE=${namespace} "-DINPUTS=${inputs}" -P ${script}
    DEPENDS ${ARGN} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
