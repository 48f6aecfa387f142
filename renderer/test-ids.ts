/** Stable handles for whole-machine tests, beside accessible roles and names.
 *
 *  Roles that stay: button "Create a workspace", "Join with a link", "Create workspace", "Join", "New note", "Invite a machine", "Restore";
 *  textbox "Name of the workspace", "Name of this machine", "Invitation link", "Title", "Text of the note"; navigation "Workspace";
 *  list "Notes"; table "Machines of this workspace"; dialog "Go to a note"; link "Trash", "Machines", "Settings".
 *
 *  Attributes that stay: `data-trust` on the trust line (unknown, saving, windowOnly, refused, saved), with `data-on` and `data-of`
 *  when saved; `data-holds` and `data-reachable` and `data-device` on a machine's row; `data-document` and `data-here` on a note's row;
 *  `data-cursor-name` on a remote cursor's label; `data-link` on the root (connecting, open, lost); `data-code` on a notice. */
export const testIds = {
  trustLine: 'trust-line',
  trustMachine: 'trust-machine',
  noteList: 'note-list',
  noteRow: 'note-row',
  noteTitle: 'note-title',
  noteEditor: 'note-editor',
  noteWaiting: 'note-waiting',
  noteBanner: 'note-banner',
  people: 'people',
  machineRow: 'machine-row',
  ownAddress: 'own-address',
  inviteLink: 'invite-link',
  linkBanner: 'link-banner',
  notice: 'notice',
  joinProgress: 'join-progress',
  joinError: 'join-error',
  nearbyCard: 'nearby-card',
  nearbyAsker: 'nearby-asker',
  nearbyWords: 'nearby-words',
  nearbyFound: 'nearby-found',
  nearbyError: 'nearby-error',
  toast: 'toast',
} as const
