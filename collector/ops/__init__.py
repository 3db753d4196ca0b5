"""Operations: what keeps an installation right, and what tells a person that it is not."""
