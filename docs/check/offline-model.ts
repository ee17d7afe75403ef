import { chooseModel } from '@examples/offline-model'
import { setDefaultModelProvider } from '@openai/agents'

// Imported by hidden blocks, for code that runs agents: a model that needs no network.
const { model } = chooseModel()
if (!model) throw new Error('Unset OPENAI_API_KEY.')
setDefaultModelProvider({ getModel: () => model })
