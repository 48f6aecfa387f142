/** Catches what a screen could not draw: the rest stays, and there is a way out. */
import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { strings } from '../strings.ts'
import { Button, Empty } from './controls.tsx'

export class Mishap extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override readonly state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    // A part of the program that could not be loaded stays missing until the page is loaded again.
    return (
      <Empty icon={TriangleAlert} title={strings.app.mishap} hint={strings.app.mishapHint}>
        <Button onClick={() => location.reload()}>{strings.app.reload}</Button>
      </Empty>
    )
  }
}
