/** The `lanyard` command: everything of the built program is reached from here. */
import { runCommandLine } from './run.ts'

process.exitCode = await runCommandLine(process.argv.slice(2))
// A library's timer must not keep a command from ending; what it printed may still be on its way into a pipe.
for (const stream of [process.stdout, process.stderr]) if (stream.writableLength > 0) await new Promise((resolve) => stream.once('drain', resolve))
process.exit()
