/** The menu behind “/”: what a note can hold, without what needs files. */
import { filterSuggestionItems } from '@blocknote/core/extensions'
import { en } from '@blocknote/core/locales'
import { getDefaultReactSlashMenuItems, SuggestionMenuController } from '@blocknote/react'
import { useEffect } from 'react'
import { strings } from '../strings.ts'

/** BlockNote's own name for an editor of any schema. */
export type Editor = Parameters<typeof getDefaultReactSlashMenuItems>[0]

export const SlashMenu = ({ editor }: { editor: Editor }) => {
  useMenuRoles(editor)
  const items = async (query: string) => filterSuggestionItems(getDefaultReactSlashMenuItems(editor).filter(isOffered), query)
  return <SuggestionMenuController triggerCharacter="/" getItems={items} />
}

/** Pictures and films need files, which notes don't hold yet: a link to elsewhere would be all they could be. */
const isOffered = ({ group }: { group?: string }) => group !== en.slash_menu.image.group

/** BlockNote calls its text box expanded while a menu is open, which ARIA does not allow of a text box; and it gives the menu
 *  neither a name nor a way to scroll it by key. */
const useMenuRoles = (editor: Editor) => {
  useEffect(() => {
    const text = editor.domElement
    if (text === undefined) return
    const observer = new MutationObserver(() => {
      text.removeAttribute('aria-expanded')
      const menu = document.getElementById('bn-suggestion-menu')
      menu?.setAttribute('aria-label', strings.note.blocks)
      menu?.setAttribute('tabindex', '0')
    })
    observer.observe(text, { attributeFilter: ['aria-expanded', 'aria-controls', 'aria-activedescendant'] })
    return () => observer.disconnect()
  }, [editor])
}
