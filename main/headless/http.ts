/** node:http without its face as an ES module: to make that, Node.js reads every export, and one of them loads all of undici,
 *  a tenth of what it takes us to start. */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')
