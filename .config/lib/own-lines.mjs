/** A lint rule: how long a function is by itself. Lines of functions inside it are theirs: a factory whose parts are short functions is
 *  as easy to read as a file of them. */

export const ownLines = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'object', properties: { max: { type: 'integer', minimum: 1 } }, additionalProperties: false }],
    messages: { long: 'This function has {{lines}} lines of its own. Maximum allowed is {{max}}.' },
  },
  create: (context) => {
    const max = context.options[0]?.max ?? 70
    const linesOf = ({ start, end }) => Array.from({ length: end.line - start.line + 1 }, (_, at) => start.line + at)
    const commented = new Set(context.sourceCode.getAllComments().flatMap(({ loc }) => linesOf(loc)))
    const isCode = (line) => context.sourceCode.lines[line - 1].trim() !== '' && !commented.has(line)
    const open = []
    const enter = () => open.push(new Set())
    const leave = (node) => {
      const inner = open.pop()
      let lines = 0
      for (let line = node.loc.start.line; line <= node.loc.end.line; line++) {
        if (isCode(line) && !inner.has(line)) lines++
        // A line on which an inner function begins or ends belongs to the outer one too.
        if (line > node.loc.start.line && line < node.loc.end.line) open.at(-1)?.add(line)
      }
      if (lines > max) context.report({ node, messageId: 'long', data: { lines, max } })
    }
    return {
      FunctionDeclaration: enter, FunctionExpression: enter, ArrowFunctionExpression: enter,
      'FunctionDeclaration:exit': leave, 'FunctionExpression:exit': leave, 'ArrowFunctionExpression:exit': leave,
    }
  },
}
