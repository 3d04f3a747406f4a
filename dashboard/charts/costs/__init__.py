"""Cost to serve, drawn and said."""
