/** Somebody else's cursor: a caret and a label with the name that their machine signed, always readable. */

/** Black or white, whichever reads better on this colour (WCAG relative luminance). */
export const inkOn = (color: string): 'black' | 'white' => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(parseInt(color.slice(at, at + 2), 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? 'black' : 'white'
}

const linear = (channel: number) => (channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)

export const renderCursor = ({ name, color }: { readonly name: string; readonly color: string }): HTMLElement => {
  const caret = document.createElement('span')
  caret.className = 'remote-caret'
  caret.style.setProperty('--who', color)
  caret.style.setProperty('--who-ink', inkOn(color))
  // It is no text of the note: a screen reader would read it in the middle of a word.
  caret.setAttribute('aria-hidden', 'true')
  const label = document.createElement('span')
  label.className = 'remote-caret-label'
  label.dataset['cursorName'] = name
  label.textContent = name
  // A word joiner on each side keeps the line from breaking at the caret.
  caret.append('\u2060', label, '\u2060')
  return caret
}
