"""The pages: sessions, guards, forms, routes. Shows what the ports say and passes on what was touched; decides nothing."""
