import { StorageError } from '@persql/session-core'
import type { AnyAgent, FunctionTool, Model, ModelRequest } from '../agents-sdk.ts'
import { currentScope, outOfScope } from './scope.ts'

type Tools = Awaited<ReturnType<AnyAgent['getAllTools']>>

const instrumented = new WeakSet<object>()

/**
 * Sees to it that the agents of this agent's SDK show their tools and models to the run that they are a part of: also
 * those that are reached by handoffs, and those that are the tools of others, which nobody could find beforehand.
 * Outside of a run of a `RunStore` nothing is different.
 */
export function instrumentAgents(agent: AnyAgent): void {
  const owner = ownerOf(agent, 'getAllTools')
  if (!owner || instrumented.has(owner)) return
  instrumented.add(owner)
  const getAllTools = owner.getAllTools
  owner.getAllTools = async function (this: AnyAgent, ...args: Parameters<typeof getAllTools>) {
    const tools = await getAllTools.apply(this, args)
    const scope = currentScope()
    if (!scope) return tools
    scope.agent = this.name
    if (typeof this.model === 'object') instrumentModel(this.model)
    return tools.map((tool) => {
      if (tool.type === 'function') return scope.recorder.tool(tool as FunctionTool)
      refuseLocal(tool)
      return tool
    }) as Tools
  }
}

function ownerOf(agent: AnyAgent, method: 'getAllTools'): Pick<AnyAgent, 'getAllTools'> | undefined {
  for (let object: object | null = agent; object; object = Object.getPrototypeOf(object)) {
    if (Object.hasOwn(object, method)) return object as AnyAgent
  }
  return undefined
}

/** What runs here without telling the id of its call cannot be recorded as done. */
function refuseLocal(tool: Tools[number]): void {
  const isLocal =
    tool.type === 'computer' ||
    tool.type === 'apply_patch' ||
    (tool.type === 'shell' && tool.shell !== undefined)
  if (!isLocal) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The tool "${tool.name}" of type ${tool.type} runs in this process, and its calls cannot be recorded. ` +
      'Make it a function tool, or use `run` of the Agents SDK.',
  )
}

/** The model, which from now on asks the run that it is called in. */
export function instrumentModel(model: Model): Model {
  if (instrumented.has(model)) return model
  instrumented.add(model)
  const { getResponse, getStreamedResponse } = model
  const hooks: Pick<Model, 'getResponse' | 'getStreamedResponse'> = {
    getResponse(request: ModelRequest) {
      const scope = currentScope()
      const ask = () => getResponse.call(model, request)
      return scope ? scope.recorder.respond(scope, request, () => outOfScope(ask)) : ask()
    },
    getStreamedResponse(request: ModelRequest) {
      const scope = currentScope()
      const ask = () => getStreamedResponse.call(model, request)
      return scope ? scope.recorder.stream(scope, request, () => eventsOutOfScope(ask)) : ask()
    },
  }
  for (const [name, value] of Object.entries(hooks)) {
    Object.defineProperty(model, name, { value, writable: true, configurable: true })
  }
  return model
}

async function* eventsOutOfScope<Event>(ask: () => AsyncIterable<Event>): AsyncGenerator<Event> {
  const events = outOfScope(() => ask()[Symbol.asyncIterator]())
  try {
    for (;;) {
      const { done, value } = await outOfScope(() => events.next())
      if (done) return
      yield value
    }
  } finally {
    await outOfScope(() => events.return?.())
  }
}
