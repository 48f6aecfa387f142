/** Starts the screens: the page's key, the connection, the app. */
import '@fontsource-variable/inter'
import './styles/index.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { applyTheme } from './components/theme.ts'
import { createConnection } from './peer/connection.ts'
import { dialHost } from './peer/dial.ts'
import { PeerProvider } from './peer/peer-context.tsx'
import { createPeerStore } from './peer/store.ts'
import { takeToken } from './peer/token.ts'

const token = takeToken({ location, history, session: sessionStorage })
const connection = createConnection(() => dialHost(token))
const peer = { connection, store: createPeerStore(connection) }

applyTheme()
// Back from sleep or from another window: don't make the person wait for the back-off.
addEventListener('focus', connection.retryNow)
addEventListener('online', connection.retryNow)

createRoot(document.getElementById('root')!).render(
  <PeerProvider peer={peer}>
    <App />
  </PeerProvider>,
)
