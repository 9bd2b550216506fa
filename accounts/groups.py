"""The groups that a migration makes; their permissions are theirs to be edited from then on."""

API_CLIENT = "Cliente da API"
READERS = "Leitura"
CURATORS = "Curadoria"
ADMINISTRATORS = "Administração"
