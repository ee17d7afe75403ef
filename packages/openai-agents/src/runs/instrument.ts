import type { AnyAgent, FunctionTool, Model, ModelRequest } from '../agents-sdk.ts'
import { refuseComputer } from './local-tools.ts'
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
      refuseComputer(tool)
      return scope.recorder.localTool(tool)
    }) as Tools
  }
}

function ownerOf(agent: AnyAgent, method: 'getAllTools'): Pick<AnyAgent, 'getAllTools'> | undefined {
  for (let object: object | null = agent; object; object = Object.getPrototypeOf(object)) {
    if (Object.hasOwn(object, method)) return object as AnyAgent
  }
  return undefined
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
