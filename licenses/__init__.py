"""Who may sell what, where: producers, their licences, and the law data they are judged by."""
