"""muster: do your data pass muster?"""
