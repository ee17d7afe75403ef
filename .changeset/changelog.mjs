// All packages have the same version, so lines about the versions of each other would tell nothing.
export default {
  async getReleaseLine({ summary }) {
    return `- ${summary.trim().split('\n').join('\n  ')}`
  },
  async getDependencyReleaseLine() {
    return ''
  },
}
