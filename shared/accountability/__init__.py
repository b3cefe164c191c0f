"""Goals that somebody who cares watches over."""
