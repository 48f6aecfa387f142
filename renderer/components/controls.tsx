/** The small parts that all screens are made of. */
import { useId, type ComponentProps, type ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'

type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet'

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: ButtonKind
  readonly icon?: LucideIcon
}

export const Button = ({ look = 'plain', icon: Icon, children, className, ...rest }: ButtonProps) => (
  <button type="button" className={`button button-${look} ${className ?? ''}`} {...rest}>
    {Icon !== undefined && <Icon size="1rem" aria-hidden />}
    {children}
  </button>
)

/** @param label what it does: its name, and its tooltip */
export const IconButton = ({ label, icon: Icon, ...rest }: ComponentProps<'button'> & { label: string; icon: LucideIcon }) => (
  <button type="button" className="icon-button" aria-label={label} title={label} {...rest}>
    <Icon size="1.0625rem" aria-hidden />
  </button>
)

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
}

export const Field = ({ label, hint, error, ...rest }: FieldProps) => {
  const id = useId()
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={described || undefined}
        autoComplete="off"
        spellCheck={false}
        {...rest}
      />
      {error !== undefined && <p className="field-error" id={`${id}-error`} role="alert">{error}</p>}
      {hint !== undefined && <p className="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  )
}

interface BannerProps extends ComponentProps<'div'> {
  readonly tone: 'info' | 'warn' | 'bad'
  readonly icon: LucideIcon
  readonly actions?: ReactNode
}

export const Banner = ({ tone, icon: Icon, actions, children, ...rest }: BannerProps) => (
  <div className={`banner banner-${tone}`} {...rest}>
    <Icon size="1rem" aria-hidden />
    <p>{children}</p>
    {actions !== undefined && <div className="banner-actions">{actions}</div>}
  </div>
)

interface EmptyProps {
  readonly icon: LucideIcon
  readonly title: string
  readonly hint?: string
  readonly children?: ReactNode
}

export const Empty = ({ icon: Icon, title, hint, children }: EmptyProps) => (
  <div className="empty">
    <Icon size="1.75rem" strokeWidth={1.5} aria-hidden />
    <p className="empty-title">{title}</p>
    {hint !== undefined && <p className="empty-hint">{hint}</p>}
    {children}
  </div>
)

export const Spinner = ({ label }: { label: string }) => (
  <div className="spinner" role="status">
    <span aria-hidden />
    <p>{label}</p>
  </div>
)
