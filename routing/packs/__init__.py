"""Rule packs as files: reading them whole or not at all, and merging them with what people made of an older one."""
