"""A stand-in for the WeChat platform on localhost, for one service account: an independent program.

It imports nothing of the product and the product imports nothing of it; they meet over HTTP only.
"""
