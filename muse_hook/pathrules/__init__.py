"""Which paths of a commit are recorded, by the `.museignore` and `.gitattributes` of that commit's own tree."""
