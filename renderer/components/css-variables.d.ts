import 'react'

declare module 'react' {
  interface CSSProperties {
    /** The colour that a machine is drawn in. */
    '--who'?: string
  }
}
