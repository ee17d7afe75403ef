/**
 * The types of calls that are answered by an item of their own, and the types of those answers. The Agents SDK in
 * TypeScript and the one in Python name some answers differently.
 */
export const ANSWERS = {
  function_call: ['function_call_result', 'function_call_output'],
  custom_tool_call: ['custom_tool_call_output'],
  computer_call: ['computer_call_result', 'computer_call_output'],
  shell_call: ['shell_call_output'],
  local_shell_call: ['local_shell_call_output'],
  apply_patch_call: ['apply_patch_call_output'],
  tool_search_call: ['tool_search_output'],
  program: ['program_output'],
  mcp_approval_request: ['mcp_approval_response'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The type of the call that an answer of this type belongs to. */
export const ANSWERED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ANSWERS).flatMap(([call, answers]) => answers.map((answer) => [answer, call])),
)

/** The types of calls that the provider of the model makes and answers itself, in one and the same item. */
export const HOSTED_CALLS = [
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
  'mcp_list_tools',
] as const

/** The type under which the Agents SDK in TypeScript keeps such a call; what it is then stands in `name`. */
export const HOSTED = 'hosted_tool_call'

/** Ends of the types of calls and results that this version has never heard of. */
export const CALL_ENDS = ['_call'] as const
export const RESULT_ENDS = ['_result', '_output'] as const
