import { Converter, ReflectionKind } from 'typedoc'

/** Names each module as it is imported: `session-core/src/sqlite` is `@persql/session-core/sqlite`. */
export function load({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = `@persql/${module.name.replace('/src', '')}`
    }
  })
}
